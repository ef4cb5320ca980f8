/** Sizes of a 3x3 depth-wise convolution. */
export interface DepthwiseGeometry {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly stride: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** Input pixel under tap 3 * row + column of an output pixel (both row-major), -1 on the padding. */
export function sourcePixel(g: DepthwiseGeometry, pixel: number, tap: number): number {
  const y = Math.floor(pixel / g.outWidth) * g.stride - g.padTop + Math.floor(tap / 3);
  const x = (pixel % g.outWidth) * g.stride - g.padLeft + (tap % 3);
  return y < 0 || x < 0 || y >= g.inHeight || x >= g.inWidth ? -1 : y * g.inWidth + x;
}
