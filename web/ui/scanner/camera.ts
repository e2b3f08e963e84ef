// The camera: its pictures, its light, and which one it is. It rests while the page is not looked at.

import { say } from "../words/index.ts";

export type CameraFault = "insecure" | "refused" | "none" | "failed";

export interface CameraChoice {
  readonly id: string;
  readonly label: string;
}

/** Pictures are looked at this often, and at this width: enough for a code that fills half of them. */
const LOOK_MILLIS = 120;
const LOOK_WIDTH = 800;

export class CameraError extends Error {
  readonly fault: CameraFault;

  constructor(fault: CameraFault) {
    super(fault);
    this.fault = fault;
  }
}

export class Camera {
  readonly video: HTMLVideoElement;
  private readonly look: (picture: ImageData) => Promise<void>;
  private readonly paper = document.createElement("canvas");
  private stream: MediaStream | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Which start the pictures belong to: one that was stopped meanwhile goes no further. */
  private turn = 0;
  private deviceId: string | null = null;

  /** `look` is given one picture after the other, never two at a time. */
  constructor(look: (picture: ImageData) => Promise<void>) {
    this.look = look;
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.setAttribute("aria-hidden", "true");
  }

  get isOn(): boolean {
    return this.stream !== null;
  }

  async start(deviceId: string | null = this.deviceId): Promise<void> {
    this.stop();
    const turn = (this.turn += 1);
    const stream = await open(deviceId);
    if (turn !== this.turn) {
      close(stream);
      return;
    }
    this.deviceId = deviceId;
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play().catch(() => {
      throw new CameraError("failed");
    });
    this.lookAgain(turn);
  }

  stop(): void {
    this.turn += 1;
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
    if (this.stream !== null) {
      close(this.stream);
      this.stream = null;
      this.video.srcObject = null;
    }
  }

  /** The cameras there are; known by name only once one was allowed. */
  async choices(): Promise<readonly CameraChoice[]> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const cameras = devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "");
    return cameras.map(({ deviceId, label }, index) => ({ id: deviceId, label: label || say("camera-number", { number: index + 1 }) }));
  }

  get chosen(): string | null {
    return this.track()?.getSettings().deviceId ?? null;
  }

  get hasTorch(): boolean {
    const track = this.track();
    // Not every browser tells, and the types do not know it.
    const abilities = (track?.getCapabilities?.() ?? {}) as { torch?: boolean };
    return abilities.torch === true;
  }

  async light(isOn: boolean): Promise<void> {
    const constraint = { advanced: [{ torch: isOn }] } as unknown as MediaTrackConstraints;
    await this.track()?.applyConstraints(constraint);
  }

  private track(): MediaStreamTrack | null {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  private lookAgain(turn: number): void {
    this.timer = setTimeout(() => {
      void this.lookOnce().finally(() => {
        if (turn === this.turn) {
          this.lookAgain(turn);
        }
      });
    }, LOOK_MILLIS);
  }

  private async lookOnce(): Promise<void> {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0) {
      return;
    }
    const scale = Math.min(1, LOOK_WIDTH / videoWidth);
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    this.paper.width = width;
    this.paper.height = height;
    const drawing = this.paper.getContext("2d", { willReadFrequently: true });
    if (drawing === null) {
      return;
    }
    drawing.drawImage(this.video, 0, 0, width, height);
    await this.look(drawing.getImageData(0, 0, width, height));
  }
}

async function open(deviceId: string | null): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) {
    // Browsers hide it from pages without TLS.
    throw new CameraError("insecure");
  }
  const which = deviceId === null ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: deviceId } };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...which, width: { ideal: 1280 } } });
  } catch (error) {
    throw new CameraError(faultOf(error));
  }
}

function faultOf(error: unknown): CameraFault {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") {
    return "refused";
  }
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "failed";
}

function close(stream: MediaStream): void {
  stream.getTracks().forEach((track) => track.stop());
}
