/** What a layer takes of the TCDM besides its tensors. */
import type { PlannedConvolution, PlannedLayer } from '../graph/network-plan.js';
import { networkImage } from '../codegen/network-layout.js';
import { rgbChannelBytes } from '../codegen/rgb-channels.js';
import { requantisationTables } from '../codegen/tables.js';
import type { Target } from '../map/target.js';
import type { ArrayLayer } from '../map/array-layers.js';
import { gathers, paddedRows, type Operation } from '../map/operation.js';

export const alignment = 16;
export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

const structBytes = (name: string): number =>
  4 * networkImage.structs.find((struct) => struct.name === name)!.fields.length;

export const layerStructBytes = structBytes('net_layer');
export const stepBytes = structBytes('net_step');
export const plotBytes = structBytes('net_plot');
/** ima_tile_t and ima_row_tile_t of firmware/kernels and firmware/drivers. */
export const tileBytes = 16;
export const rowTileBytes = 16;
/** requant_xcv_channel_t. */
export const channelBytes = 16;

/** Channels of a layer have int32 multipliers and int64 biases. */
const scalarTable = (channels: number): number => aligned(4 * channels) + aligned(8 * channels);

/** Larger weights of a convolution on the harts are streamed. */
const mostResident = 16_384;

export interface LayerNeeds {
  /** Layer struct, tables, tiles and resident weights: what the blob of its group holds. */
  readonly blob: number;
  /** Work space of all harts together. */
  readonly scratch: number;
  readonly scratchPerHart: number;
  /** Streamed weights: bytes of one output, 0 when nothing is streamed. */
  readonly streamedRow: number;
  /** Bytes of gathered windows for each output row. */
  readonly windowsPerRow: number;
}

/** Whether weights of a convolution on the harts come in slices; else they are in the blob. */
export const streams = (layer: PlannedConvolution, operation: Operation): boolean =>
  (operation === 'products' || operation === 'linear') &&
  paddedRows(layer.rows) * layer.output.channels > mostResident;

export function layerNeeds(
  layer: PlannedLayer,
  operation: Operation,
  array: ArrayLayer | undefined,
  target: Target,
): LayerNeeds {
  const { harts, corev } = target;
  const channels = layer.output.channels;
  const onHarts = operation !== 'array' && operation !== 'depthwise';
  let blob = aligned(layerStructBytes);
  let scratchPerHart = 0;
  let streamedRow = 0;
  let windowsPerRow = 0;
  if (layer.kind !== 'add' && operation !== 'convolution_rgb') {
    const { scalar, fast } = requantisationTables(layer, operation, corev);
    if (scalar) blob += scalarTable(channels);
    if (fast !== undefined) blob += channelBytes * channels;
  }
  if (array !== undefined) {
    for (const tile of array.tiles) blob += tileBytes + rowTileBytes * tile.rowTiles.length;
  }
  if (layer.kind === 'depthwise') {
    blob += aligned(9 * channels);
    if (onHarts) scratchPerHart = depthwiseScratch(layer.output.width, layer.window.strideX);
  }
  if (operation === 'convolution_rgb') {
    blob += aligned(rgbChannelBytes * channels);
    scratchPerHart = rgbScratch;
  } else if (layer.kind === 'convolution' && onHarts) {
    const rows = paddedRows(layer.rows);
    if (operation === 'convolution') scratchPerHart = 8 * 4 * rows;
    if (streams(layer, operation)) streamedRow = rows;
    else blob += aligned(rows * channels);
    if (operation === 'products' && gathers(layer)) windowsPerRow = layer.output.width * rows;
  }
  return { blob, scratch: scratchPerHart * harts, scratchPerHart, streamedRow, windowsPerRow };
}

/** At a border: three rows for 16 triples of output pixels at stride 2. */
const rgbScratch = 896;

/** Two output rows of 4 channels, with room for a column of padding at each side. */
const depthwiseScratch = (width: number, stride: number): number =>
  4 * 4 * (width * stride + 2 + stride) * 2;
