// Reads QR codes from pictures: zxing-cpp as compiled code. It is large, so it comes only when a camera is
// started, and from this site alone.

import wasmAddress from "zxing-wasm/reader/zxing_reader.wasm?url";

export type Decoder = (picture: ImageData) => Promise<string | null>;

export async function loadDecoder(): Promise<Decoder> {
  const { prepareZXingModule, readBarcodes } = await import("zxing-wasm/reader");
  await prepareZXingModule({ overrides: { locateFile: () => wasmAddress }, fireImmediately: true });
  return async (picture) => {
    const found = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1, tryInvert: false });
    return found.find(({ isValid }) => isValid)?.text ?? null;
  };
}
