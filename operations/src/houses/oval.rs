//! An oval of four arcs, long axis upright, and its cut into wedges.
//!
//! The sides' centres lie on the short axis, each beyond the middle as seen from its side; the ends' centres lie on the
//! long axis. Where two arcs meet, both centres and the meeting point are on one line, so there is no kink.

/// The oval at the floor's edge.
pub(super) struct Oval {
    /// How far the sides' centres are from the middle, along the short axis.
    side_centre: f64,
    /// How far the ends' centres are from the middle, along the long axis.
    end_centre: f64,
    side_radius: f64,
    end_radius: f64,
    side_degrees: f64,
}

/// A tier's part between two aisles. Angles are degrees clockwise, nought is upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wedge {
    /// The middle of its first row.
    pub position: (f64, f64),
    /// Where the middle of its first row lies, seen from the arc's centre.
    pub degrees: f64,
    /// Of its first row.
    pub radius: f64,
    /// Without the aisle.
    pub arc_degrees: f64,
}

/// One of the four arcs of a row.
struct Arc {
    centre: (f64, f64),
    radius: f64,
    from_degrees: f64,
    degrees: f64,
    blocks: u32,
}

impl Oval {
    /// An oval of half a length and half a width, its sides' arcs of twice `side_degrees`.
    pub(super) fn new(length: f64, width: f64, side_degrees: f64) -> Self {
        let (tangent, secant) = (
            side_degrees.to_radians().tan(),
            1.0 / side_degrees.to_radians().cos(),
        );
        let side_centre = (length - width) / (1.0 + tangent - secant);
        let end_centre = side_centre * tangent;
        Self {
            side_centre,
            end_centre,
            side_radius: width + side_centre,
            end_radius: length - end_centre,
            side_degrees,
        }
    }

    /// The wedges of a tier whose first row is so far from the oval: clockwise, from the upper end's left.
    pub(super) fn wedges(
        &self,
        distance: f64,
        side_blocks: u32,
        end_blocks: u32,
        aisle: f64,
    ) -> Vec<Wedge> {
        let side = 2.0 * self.side_degrees;
        let end = 180.0 - side;
        let arc = |centre, radius: f64, middle: f64, degrees, blocks| Arc {
            centre,
            radius: radius + distance,
            from_degrees: middle - degrees / 2.0,
            degrees,
            blocks,
        };
        let arcs = [
            arc(
                (0.0, -self.end_centre),
                self.end_radius,
                0.0,
                end,
                end_blocks,
            ),
            arc(
                (-self.side_centre, 0.0),
                self.side_radius,
                90.0,
                side,
                side_blocks,
            ),
            arc(
                (0.0, self.end_centre),
                self.end_radius,
                180.0,
                end,
                end_blocks,
            ),
            arc(
                (self.side_centre, 0.0),
                self.side_radius,
                270.0,
                side,
                side_blocks,
            ),
        ];
        arcs.iter().flat_map(|arc| arc.wedges(aisle)).collect()
    }
}

impl Arc {
    fn wedges(&self, aisle: f64) -> impl Iterator<Item = Wedge> {
        let share = self.degrees / f64::from(self.blocks);
        let arc_degrees = share - (aisle / self.radius).to_degrees();
        (0..self.blocks).map(move |block| {
            let degrees = self.from_degrees + share * (f64::from(block) + 0.5);
            let (sine, cosine) = degrees.to_radians().sin_cos();
            Wedge {
                position: (
                    self.centre.0 + self.radius * sine,
                    self.centre.1 - self.radius * cosine,
                ),
                degrees,
                radius: self.radius,
                arc_degrees,
            }
        })
    }
}

impl Wedge {
    /// How many seats a row has room for that is so far behind the first.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row of a house has between nought and some hundred seats"
    )]
    pub(super) fn seats(&self, behind: f64, spacing: f64) -> u32 {
        let length = self.arc_degrees.to_radians() * (self.radius + behind);
        (length / spacing).floor().max(0.0) as u32
    }
}
