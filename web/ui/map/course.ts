// Where the next seat of a row is to be expected: web/src/wire/columns/course.rs, which computes the same to the last bit and
// says why. In plain numbers, for it is done for each of many thousand seats before the first picture. Pure.

/** In hundredths of a degree. */
const TURN = 36_000;
const HALF_TURN = TURN / 2;

/** In radians. */
const HUNDREDTH_OF_DEGREE = Math.PI / HALF_TURN;

/** A seat further off than that stands beyond a gap, and says nothing about how the row goes on. */
const NEAR_MAX = 3;

/** Where seats stand, in hundredths. */
export interface Places {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly rotation: Int32Array;
}

/** Makes places of how far each is apart from where its row's course leads. `rows` has the row of each seat. */
export function follow({ x, y, rotation }: Places, rows: readonly string[]): void {
  let [lastX, lastY, lastRotation] = [0, 0, 0];
  let [beginX, beginY, beginRotation] = [0, 0, 0];
  let [beginStepX, beginStepY, beginTurn] = [0, 0, 0];
  let [stepX, stepY, turn] = [0, 0, 0];
  let [firstStepX, firstStepY, firstTurn] = [0, 0, 0];
  let passed = 0;
  let isBeyondGap = false;
  for (let seat = 0; seat < rows.length; seat += 1) {
    const apartX = x[seat] ?? 0;
    const apartY = y[seat] ?? 0;
    const apartRotation = rotation[seat] ?? 0;
    if (rows[seat] !== rows[seat - 1]) {
      passed = 0;
    }
    const seatX = (passed === 0 ? beginX + beginStepX : Math.floor(lastX + stepX + 0.5)) + apartX;
    const seatY = (passed === 0 ? beginY + beginStepY : Math.floor(lastY + stepY + 0.5)) + apartY;
    const seatRotation = (passed === 0 ? beginRotation + beginTurn : Math.floor(lastRotation + turn + 0.5)) + apartRotation;
    const isNear = Math.abs(apartX) <= NEAR_MAX && Math.abs(apartY) <= NEAR_MAX && Math.abs(apartRotation) <= NEAR_MAX;
    const isGap: boolean = passed > 1 && !isNear && !isBeyondGap;
    const turned = ((((seatRotation - lastRotation + HALF_TURN) % TURN) + TURN) % TURN) - HALF_TURN;
    if (passed === 0) {
      beginStepX = seatX - beginX;
      beginStepY = seatY - beginY;
      beginTurn = seatRotation - beginRotation;
      beginX = seatX;
      beginY = seatY;
      beginRotation = seatRotation;
      stepX = firstStepX;
      stepY = firstStepY;
      turn = firstTurn;
    } else {
      if (passed > 1 && isNear) {
        stepX += apartX / 3;
        stepY += apartY / 3;
        turn += apartRotation / 3;
      } else if (!isGap) {
        stepX = seatX - lastX;
        stepY = seatY - lastY;
        turn = turned;
      }
      if (passed === 1) {
        firstStepX = stepX;
        firstStepY = stepY;
        firstTurn = turn;
      }
      const angle = (isGap ? turned : turn) * HUNDREDTH_OF_DEGREE;
      const cosine = 1 - (angle * angle) / 2;
      const sine = angle - (angle * angle * angle) / 6;
      const straightX = stepX;
      stepX = cosine * straightX - sine * stepY;
      stepY = sine * straightX + cosine * stepY;
    }
    isBeyondGap = isGap;
    lastX = seatX;
    lastY = seatY;
    lastRotation = seatRotation;
    x[seat] = seatX;
    y[seat] = seatY;
    rotation[seat] = seatRotation;
    passed += 1;
  }
}
