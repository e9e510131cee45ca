// A part of the figure that changes a few times a second is painted once and shown again until it changes: clothes
// are the costliest part of a frame, and breath moves them by less than half a pixel most of the time.

/** Left, top, width, height in units of the figure. */
export type Box = readonly [x: number, y: number, width: number, height: number];

export class Layer {
  private readonly canvas = document.createElement("canvas");
  private key = "";

  constructor(private readonly box: Box) {}

  /** Paints it if `key` is not what it was, and shows it. `ctx` may be scaled and moved, not turned. */
  show(ctx: CanvasRenderingContext2D, key: string, paint: (ctx: CanvasRenderingContext2D) => void): void {
    const { a: scale, e, f } = ctx.getTransform();
    const left = Math.floor(e + this.box[0] * scale);
    const top = Math.floor(f + this.box[1] * scale);
    const whole = `${key} ${scale} ${e} ${f}`;
    if (whole !== this.key) {
      this.key = whole;
      // Setting the size clears it, too.
      this.canvas.width = Math.ceil(this.box[2] * scale) + 1;
      this.canvas.height = Math.ceil(this.box[3] * scale) + 1;
      const own = this.canvas.getContext("2d") as CanvasRenderingContext2D;
      own.setTransform(scale, 0, 0, scale, e - left, f - top);
      own.lineJoin = "round";
      paint(own);
    }
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    // Pixel on pixel: no smoothing, and so no blur and little cost.
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(this.canvas, left, top);
    ctx.restore();
  }

  destroy(): void {
    this.canvas.width = this.canvas.height = 0;
  }
}
