// Generated from emulator/isa and emulator/hart/execute-registers.template by `npm run generate`. Do not edit.
import {
  bitMask,
  firstOne,
  lastOne,
  leadingSignBits,
  populationCount,
  reverseBits,
} from '../../isa/arithmetic.js';

/**
 * One-cycle CORE-V instructions, a function for each family. `R`: the words of all harts, `base`: where
 * this hart's registers begin, `w` and `n`: the two words of the decoded slot.
 */
export function dotProduct(R: Int32Array, base: number, w: number, n: number): void {
  const a = R[base + ((w >>> 15) & 31)];
  const b = R[base + ((w >>> 20) & 31)];
  const at = base + ((w >>> 9) & 63);
  const d = R[at];
  switch (w & 511) {
    case 93: // cv.dotup.h
      R[at] = (Math.imul((a & 65535), (b & 65535)) + Math.imul((a >>> 16), (b >>> 16)));
      break;
    case 94: // cv.dotup.sc.h
      R[at] = (Math.imul((a & 65535), (b & 65535)) + Math.imul((a >>> 16), (b & 65535)));
      break;
    case 95: // cv.dotup.sci.h
    case 101: // cv.dotusp.sci.h
      R[at] = (Math.imul((a & 65535), n) + Math.imul((a >>> 16), n));
      break;
    case 96: // cv.dotup.b
      R[at] = (Math.imul((a & 255), (b & 255)) + Math.imul((a >>> 8 & 255), (b >>> 8 & 255)) + Math.imul((a >>> 16 & 255), (b >>> 16 & 255)) + Math.imul((a >>> 24), (b >>> 24)));
      break;
    case 97: // cv.dotup.sc.b
      R[at] = (Math.imul((a & 255), (b & 255)) + Math.imul((a >>> 8 & 255), (b & 255)) + Math.imul((a >>> 16 & 255), (b & 255)) + Math.imul((a >>> 24), (b & 255)));
      break;
    case 98: // cv.dotup.sci.b
    case 104: // cv.dotusp.sci.b
      R[at] = (Math.imul((a & 255), n) + Math.imul((a >>> 8 & 255), n) + Math.imul((a >>> 16 & 255), n) + Math.imul((a >>> 24), n));
      break;
    case 99: // cv.dotusp.h
      R[at] = (Math.imul((a & 65535), (b << 16 >> 16)) + Math.imul((a >>> 16), (b >> 16)));
      break;
    case 100: // cv.dotusp.sc.h
      R[at] = (Math.imul((a & 65535), (b << 16 >> 16)) + Math.imul((a >>> 16), (b << 16 >> 16)));
      break;
    case 102: // cv.dotusp.b
      R[at] = (Math.imul((a & 255), (b << 24 >> 24)) + Math.imul((a >>> 8 & 255), (b << 16 >> 24)) + Math.imul((a >>> 16 & 255), (b << 8 >> 24)) + Math.imul((a >>> 24), (b >> 24)));
      break;
    case 103: // cv.dotusp.sc.b
      R[at] = (Math.imul((a & 255), (b << 24 >> 24)) + Math.imul((a >>> 8 & 255), (b << 24 >> 24)) + Math.imul((a >>> 16 & 255), (b << 24 >> 24)) + Math.imul((a >>> 24), (b << 24 >> 24)));
      break;
    case 105: // cv.dotsp.h
      R[at] = (Math.imul((a << 16 >> 16), (b << 16 >> 16)) + Math.imul((a >> 16), (b >> 16)));
      break;
    case 106: // cv.dotsp.sc.h
      R[at] = (Math.imul((a << 16 >> 16), (b << 16 >> 16)) + Math.imul((a >> 16), (b << 16 >> 16)));
      break;
    case 107: // cv.dotsp.sci.h
      R[at] = (Math.imul((a << 16 >> 16), n) + Math.imul((a >> 16), n));
      break;
    case 108: // cv.dotsp.b
      R[at] = (Math.imul((a << 24 >> 24), (b << 24 >> 24)) + Math.imul((a << 16 >> 24), (b << 16 >> 24)) + Math.imul((a << 8 >> 24), (b << 8 >> 24)) + Math.imul((a >> 24), (b >> 24)));
      break;
    case 109: // cv.dotsp.sc.b
      R[at] = (Math.imul((a << 24 >> 24), (b << 24 >> 24)) + Math.imul((a << 16 >> 24), (b << 24 >> 24)) + Math.imul((a << 8 >> 24), (b << 24 >> 24)) + Math.imul((a >> 24), (b << 24 >> 24)));
      break;
    case 110: // cv.dotsp.sci.b
      R[at] = (Math.imul((a << 24 >> 24), n) + Math.imul((a << 16 >> 24), n) + Math.imul((a << 8 >> 24), n) + Math.imul((a >> 24), n));
      break;
    case 111: // cv.sdotup.h
      R[at] = (d + (Math.imul((a & 65535), (b & 65535)) + Math.imul((a >>> 16), (b >>> 16))));
      break;
    case 112: // cv.sdotup.sc.h
      R[at] = (d + (Math.imul((a & 65535), (b & 65535)) + Math.imul((a >>> 16), (b & 65535))));
      break;
    case 113: // cv.sdotup.sci.h
    case 119: // cv.sdotusp.sci.h
      R[at] = (d + (Math.imul((a & 65535), n) + Math.imul((a >>> 16), n)));
      break;
    case 114: // cv.sdotup.b
      R[at] = (d + (Math.imul((a & 255), (b & 255)) + Math.imul((a >>> 8 & 255), (b >>> 8 & 255)) + Math.imul((a >>> 16 & 255), (b >>> 16 & 255)) + Math.imul((a >>> 24), (b >>> 24))));
      break;
    case 115: // cv.sdotup.sc.b
      R[at] = (d + (Math.imul((a & 255), (b & 255)) + Math.imul((a >>> 8 & 255), (b & 255)) + Math.imul((a >>> 16 & 255), (b & 255)) + Math.imul((a >>> 24), (b & 255))));
      break;
    case 116: // cv.sdotup.sci.b
    case 122: // cv.sdotusp.sci.b
      R[at] = (d + (Math.imul((a & 255), n) + Math.imul((a >>> 8 & 255), n) + Math.imul((a >>> 16 & 255), n) + Math.imul((a >>> 24), n)));
      break;
    case 117: // cv.sdotusp.h
      R[at] = (d + (Math.imul((a & 65535), (b << 16 >> 16)) + Math.imul((a >>> 16), (b >> 16))));
      break;
    case 118: // cv.sdotusp.sc.h
      R[at] = (d + (Math.imul((a & 65535), (b << 16 >> 16)) + Math.imul((a >>> 16), (b << 16 >> 16))));
      break;
    case 120: // cv.sdotusp.b
      R[at] = (d + (Math.imul((a & 255), (b << 24 >> 24)) + Math.imul((a >>> 8 & 255), (b << 16 >> 24)) + Math.imul((a >>> 16 & 255), (b << 8 >> 24)) + Math.imul((a >>> 24), (b >> 24))));
      break;
    case 121: // cv.sdotusp.sc.b
      R[at] = (d + (Math.imul((a & 255), (b << 24 >> 24)) + Math.imul((a >>> 8 & 255), (b << 24 >> 24)) + Math.imul((a >>> 16 & 255), (b << 24 >> 24)) + Math.imul((a >>> 24), (b << 24 >> 24))));
      break;
    case 123: // cv.sdotsp.h
      R[at] = (d + (Math.imul((a << 16 >> 16), (b << 16 >> 16)) + Math.imul((a >> 16), (b >> 16))));
      break;
    case 124: // cv.sdotsp.sc.h
      R[at] = (d + (Math.imul((a << 16 >> 16), (b << 16 >> 16)) + Math.imul((a >> 16), (b << 16 >> 16))));
      break;
    case 125: // cv.sdotsp.sci.h
      R[at] = (d + (Math.imul((a << 16 >> 16), n) + Math.imul((a >> 16), n)));
      break;
    case 126: // cv.sdotsp.b
      R[at] = (d + (Math.imul((a << 24 >> 24), (b << 24 >> 24)) + Math.imul((a << 16 >> 24), (b << 16 >> 24)) + Math.imul((a << 8 >> 24), (b << 8 >> 24)) + Math.imul((a >> 24), (b >> 24))));
      break;
    case 127: // cv.sdotsp.sc.b
      R[at] = (d + (Math.imul((a << 24 >> 24), (b << 24 >> 24)) + Math.imul((a << 16 >> 24), (b << 24 >> 24)) + Math.imul((a << 8 >> 24), (b << 24 >> 24)) + Math.imul((a >> 24), (b << 24 >> 24))));
      break;
    case 128: // cv.sdotsp.sci.b
      R[at] = (d + (Math.imul((a << 24 >> 24), n) + Math.imul((a << 16 >> 24), n) + Math.imul((a << 8 >> 24), n) + Math.imul((a >> 24), n)));
      break;
  }
}

export function multiplyAccumulate(R: Int32Array, base: number, w: number, n: number): void {
  const a = R[base + ((w >>> 15) & 31)];
  const b = R[base + ((w >>> 20) & 31)];
  const at = base + ((w >>> 9) & 63);
  const d = R[at];
  switch (w & 511) {
    case 129: // cv.mulsn
      R[at] = (Math.imul((a << 16 >> 16), (b << 16 >> 16)) >> n);
      break;
    case 130: // cv.mulhhsn
      R[at] = (Math.imul((a >> 16), (b >> 16)) >> n);
      break;
    case 131: // cv.mulsrn
      R[at] = ((Math.imul((a << 16 >> 16), (b << 16 >> 16)) + ((1 << n) >>> 1)) >> n);
      break;
    case 132: // cv.mulhhsrn
      R[at] = ((Math.imul((a >> 16), (b >> 16)) + ((1 << n) >>> 1)) >> n);
      break;
    case 133: // cv.mulun
      R[at] = (Math.imul((a & 65535), (b & 65535)) >>> n);
      break;
    case 134: // cv.mulhhun
      R[at] = (Math.imul((a >>> 16), (b >>> 16)) >>> n);
      break;
    case 135: // cv.mulurn
      R[at] = ((Math.imul((a & 65535), (b & 65535)) + ((1 << n) >>> 1)) >>> n);
      break;
    case 136: // cv.mulhhurn
      R[at] = ((Math.imul((a >>> 16), (b >>> 16)) + ((1 << n) >>> 1)) >>> n);
      break;
    case 137: // cv.macsn
      R[at] = ((Math.imul((a << 16 >> 16), (b << 16 >> 16)) + d) >> n);
      break;
    case 138: // cv.machhsn
      R[at] = ((Math.imul((a >> 16), (b >> 16)) + d) >> n);
      break;
    case 139: // cv.macsrn
      R[at] = (((Math.imul((a << 16 >> 16), (b << 16 >> 16)) + d) + ((1 << n) >>> 1)) >> n);
      break;
    case 140: // cv.machhsrn
      R[at] = (((Math.imul((a >> 16), (b >> 16)) + d) + ((1 << n) >>> 1)) >> n);
      break;
    case 141: // cv.macun
      R[at] = ((Math.imul((a & 65535), (b & 65535)) + d) >>> n);
      break;
    case 142: // cv.machhun
      R[at] = ((Math.imul((a >>> 16), (b >>> 16)) + d) >>> n);
      break;
    case 143: // cv.macurn
      R[at] = (((Math.imul((a & 65535), (b & 65535)) + d) + ((1 << n) >>> 1)) >>> n);
      break;
    case 144: // cv.machhurn
      R[at] = (((Math.imul((a >>> 16), (b >>> 16)) + d) + ((1 << n) >>> 1)) >>> n);
      break;
    case 145: // cv.mac
      R[at] = (d + Math.imul(a, b));
      break;
    case 146: // cv.msu
      R[at] = (d - Math.imul(a, b));
      break;
  }
}

export function scalar(R: Int32Array, base: number, w: number, n: number): void {
  const a = R[base + ((w >>> 15) & 31)];
  const b = R[base + ((w >>> 20) & 31)];
  const at = base + ((w >>> 9) & 63);
  const d = R[at];
  switch (w & 511) {
    case 147: // cv.abs
      R[at] = (a < 0 ? (0 - a) : a);
      break;
    case 148: // cv.slet
      R[at] = (a <= b ? 1 : 0);
      break;
    case 149: // cv.sletu
      R[at] = (a >>> 0 <= b >>> 0 ? 1 : 0);
      break;
    case 150: // cv.min
      R[at] = Math.min(a, b);
      break;
    case 151: // cv.minu
      R[at] = Math.min(a >>> 0, b >>> 0);
      break;
    case 152: // cv.max
      R[at] = Math.max(a, b);
      break;
    case 153: // cv.maxu
      R[at] = Math.max(a >>> 0, b >>> 0);
      break;
    case 154: // cv.exths
      R[at] = (a << 16 >> 16);
      break;
    case 155: // cv.exthz
      R[at] = (a & 65535);
      break;
    case 156: // cv.extbs
      R[at] = (a << 24 >> 24);
      break;
    case 157: // cv.extbz
      R[at] = (a & 255);
      break;
    case 158: // cv.clip
      R[at] = Math.max(Math.min(a, (((1 << n) - 1) >>> 1)), ((((1 << n) - 1) >>> 1) ^ -1));
      break;
    case 159: // cv.clipu
      R[at] = Math.max(Math.min(a, (((1 << n) - 1) >>> 1)), 0);
      break;
    case 160: // cv.clipr
      R[at] = Math.max(Math.min(a, (b & 2147483647)), ((b & 2147483647) ^ -1));
      break;
    case 161: // cv.clipur
      R[at] = Math.max(Math.min(a, (b & 2147483647)), 0);
      break;
    case 162: // cv.addn
      R[at] = ((a + b) >> n);
      break;
    case 163: // cv.addnr
      R[at] = ((d + a) >> (b & 31));
      break;
    case 164: // cv.addun
      R[at] = ((a + b) >>> n);
      break;
    case 165: // cv.addunr
      R[at] = ((d + a) >>> (b & 31));
      break;
    case 166: // cv.addrn
      R[at] = (((a + b) + ((1 << n) >>> 1)) >> n);
      break;
    case 167: // cv.addrnr
      R[at] = (((d + a) + ((1 << (b & 31)) >>> 1)) >> (b & 31));
      break;
    case 168: // cv.addurn
      R[at] = (((a + b) + ((1 << n) >>> 1)) >>> n);
      break;
    case 169: // cv.addurnr
      R[at] = (((d + a) + ((1 << (b & 31)) >>> 1)) >>> (b & 31));
      break;
    case 170: // cv.subn
      R[at] = ((a - b) >> n);
      break;
    case 171: // cv.subnr
      R[at] = ((d - a) >> (b & 31));
      break;
    case 172: // cv.subun
      R[at] = ((a - b) >>> n);
      break;
    case 173: // cv.subunr
      R[at] = ((d - a) >>> (b & 31));
      break;
    case 174: // cv.subrn
      R[at] = (((a - b) + ((1 << n) >>> 1)) >> n);
      break;
    case 175: // cv.subrnr
      R[at] = (((d - a) + ((1 << (b & 31)) >>> 1)) >> (b & 31));
      break;
    case 176: // cv.suburn
      R[at] = (((a - b) + ((1 << n) >>> 1)) >>> n);
      break;
    case 177: // cv.suburnr
      R[at] = (((d - a) + ((1 << (b & 31)) >>> 1)) >>> (b & 31));
      break;
    case 178: // cv.extract
      R[at] = (((a >> ((w >>> 20) & 31)) << (31 - n)) >> (31 - n));
      break;
    case 179: // cv.extractr
      R[at] = (((a >> (b & 31)) << (31 - ((b >>> 5) & 31))) >> (31 - ((b >>> 5) & 31)));
      break;
    case 180: // cv.extractu
      R[at] = ((a >>> ((w >>> 20) & 31)) & bitMask(n, 0));
      break;
    case 181: // cv.extractur
      R[at] = ((a >>> (b & 31)) & bitMask(((b >>> 5) & 31), 0));
      break;
    case 182: // cv.insert
      R[at] = (((a << ((w >>> 20) & 31)) & bitMask(n, ((w >>> 20) & 31))) | (d & (bitMask(n, ((w >>> 20) & 31)) ^ -1)));
      break;
    case 183: // cv.insertr
      R[at] = (((a << (b & 31)) & bitMask(((b >>> 5) & 31), (b & 31))) | (d & (bitMask(((b >>> 5) & 31), (b & 31)) ^ -1)));
      break;
    case 184: // cv.bclr
      R[at] = (a & (bitMask(n, ((w >>> 20) & 31)) ^ -1));
      break;
    case 185: // cv.bclrr
      R[at] = (a & (bitMask(((b >>> 5) & 31), (b & 31)) ^ -1));
      break;
    case 186: // cv.bset
      R[at] = (a | bitMask(n, ((w >>> 20) & 31)));
      break;
    case 187: // cv.bsetr
      R[at] = (a | bitMask(((b >>> 5) & 31), (b & 31)));
      break;
    case 188: // cv.bitrev
      R[at] = reverseBits(a, (n & 3), ((w >>> 20) & 31));
      break;
    case 189: // cv.ror
      R[at] = ((a >>> (b & 31)) | (a << (32 - (b & 31))));
      break;
    case 190: // cv.ff1
      R[at] = firstOne(a);
      break;
    case 191: // cv.fl1
      R[at] = lastOne(a);
      break;
    case 192: // cv.clb
      R[at] = leadingSignBits(a);
      break;
    case 193: // cv.cnt
      R[at] = populationCount(a);
      break;
  }
}

export function simdArithmetic(R: Int32Array, base: number, w: number, n: number): void {
  const a = R[base + ((w >>> 15) & 31)];
  const b = R[base + ((w >>> 20) & 31)];
  const at = base + ((w >>> 9) & 63);
  switch (w & 511) {
    case 194: // cv.add.h
      R[at] = ((((a << 16 >> 16) + (b << 16 >> 16)) & 65535) | ((a >> 16) + (b >> 16)) << 16);
      break;
    case 195: // cv.add.sc.h
      R[at] = ((((a << 16 >> 16) + (b << 16 >> 16)) & 65535) | ((a >> 16) + (b << 16 >> 16)) << 16);
      break;
    case 196: // cv.add.sci.h
      R[at] = ((((a << 16 >> 16) + n) & 65535) | ((a >> 16) + n) << 16);
      break;
    case 197: // cv.add.b
      R[at] = ((((a << 24 >> 24) + (b << 24 >> 24)) & 255) | (((a << 16 >> 24) + (b << 16 >> 24)) & 255) << 8 | (((a << 8 >> 24) + (b << 8 >> 24)) & 255) << 16 | ((a >> 24) + (b >> 24)) << 24);
      break;
    case 198: // cv.add.sc.b
      R[at] = ((((a << 24 >> 24) + (b << 24 >> 24)) & 255) | (((a << 16 >> 24) + (b << 24 >> 24)) & 255) << 8 | (((a << 8 >> 24) + (b << 24 >> 24)) & 255) << 16 | ((a >> 24) + (b << 24 >> 24)) << 24);
      break;
    case 199: // cv.add.sci.b
      R[at] = ((((a << 24 >> 24) + n) & 255) | (((a << 16 >> 24) + n) & 255) << 8 | (((a << 8 >> 24) + n) & 255) << 16 | ((a >> 24) + n) << 24);
      break;
    case 200: // cv.sub.h
      R[at] = ((((a << 16 >> 16) - (b << 16 >> 16)) & 65535) | ((a >> 16) - (b >> 16)) << 16);
      break;
    case 201: // cv.sub.sc.h
      R[at] = ((((a << 16 >> 16) - (b << 16 >> 16)) & 65535) | ((a >> 16) - (b << 16 >> 16)) << 16);
      break;
    case 202: // cv.sub.sci.h
      R[at] = ((((a << 16 >> 16) - n) & 65535) | ((a >> 16) - n) << 16);
      break;
    case 203: // cv.sub.b
      R[at] = ((((a << 24 >> 24) - (b << 24 >> 24)) & 255) | (((a << 16 >> 24) - (b << 16 >> 24)) & 255) << 8 | (((a << 8 >> 24) - (b << 8 >> 24)) & 255) << 16 | ((a >> 24) - (b >> 24)) << 24);
      break;
    case 204: // cv.sub.sc.b
      R[at] = ((((a << 24 >> 24) - (b << 24 >> 24)) & 255) | (((a << 16 >> 24) - (b << 24 >> 24)) & 255) << 8 | (((a << 8 >> 24) - (b << 24 >> 24)) & 255) << 16 | ((a >> 24) - (b << 24 >> 24)) << 24);
      break;
    case 205: // cv.sub.sci.b
      R[at] = ((((a << 24 >> 24) - n) & 255) | (((a << 16 >> 24) - n) & 255) << 8 | (((a << 8 >> 24) - n) & 255) << 16 | ((a >> 24) - n) << 24);
      break;
    case 206: // cv.avg.h
      R[at] = ((((((a << 16 >> 16) + (b << 16 >> 16)) << 16 >> 16) >> 1) & 65535) | ((((a >> 16) + (b >> 16)) << 16 >> 16) >> 1) << 16);
      break;
    case 207: // cv.avg.sc.h
      R[at] = ((((((a << 16 >> 16) + (b << 16 >> 16)) << 16 >> 16) >> 1) & 65535) | ((((a >> 16) + (b << 16 >> 16)) << 16 >> 16) >> 1) << 16);
      break;
    case 208: // cv.avg.sci.h
      R[at] = ((((((a << 16 >> 16) + n) << 16 >> 16) >> 1) & 65535) | ((((a >> 16) + n) << 16 >> 16) >> 1) << 16);
      break;
    case 209: // cv.avg.b
      R[at] = ((((((a << 24 >> 24) + (b << 24 >> 24)) << 24 >> 24) >> 1) & 255) | (((((a << 16 >> 24) + (b << 16 >> 24)) << 24 >> 24) >> 1) & 255) << 8 | (((((a << 8 >> 24) + (b << 8 >> 24)) << 24 >> 24) >> 1) & 255) << 16 | ((((a >> 24) + (b >> 24)) << 24 >> 24) >> 1) << 24);
      break;
    case 210: // cv.avg.sc.b
      R[at] = ((((((a << 24 >> 24) + (b << 24 >> 24)) << 24 >> 24) >> 1) & 255) | (((((a << 16 >> 24) + (b << 24 >> 24)) << 24 >> 24) >> 1) & 255) << 8 | (((((a << 8 >> 24) + (b << 24 >> 24)) << 24 >> 24) >> 1) & 255) << 16 | ((((a >> 24) + (b << 24 >> 24)) << 24 >> 24) >> 1) << 24);
      break;
    case 211: // cv.avg.sci.b
      R[at] = ((((((a << 24 >> 24) + n) << 24 >> 24) >> 1) & 255) | (((((a << 16 >> 24) + n) << 24 >> 24) >> 1) & 255) << 8 | (((((a << 8 >> 24) + n) << 24 >> 24) >> 1) & 255) << 16 | ((((a >> 24) + n) << 24 >> 24) >> 1) << 24);
      break;
    case 212: // cv.avgu.h
      R[at] = ((((((a & 65535) + (b & 65535)) & 65535) >>> 1) & 65535) | ((((a >>> 16) + (b >>> 16)) & 65535) >>> 1) << 16);
      break;
    case 213: // cv.avgu.sc.h
      R[at] = ((((((a & 65535) + (b & 65535)) & 65535) >>> 1) & 65535) | ((((a >>> 16) + (b & 65535)) & 65535) >>> 1) << 16);
      break;
    case 214: // cv.avgu.sci.h
      R[at] = ((((((a & 65535) + n) & 65535) >>> 1) & 65535) | ((((a >>> 16) + n) & 65535) >>> 1) << 16);
      break;
    case 215: // cv.avgu.b
      R[at] = ((((((a & 255) + (b & 255)) & 255) >>> 1) & 255) | (((((a >>> 8 & 255) + (b >>> 8 & 255)) & 255) >>> 1) & 255) << 8 | (((((a >>> 16 & 255) + (b >>> 16 & 255)) & 255) >>> 1) & 255) << 16 | ((((a >>> 24) + (b >>> 24)) & 255) >>> 1) << 24);
      break;
    case 216: // cv.avgu.sc.b
      R[at] = ((((((a & 255) + (b & 255)) & 255) >>> 1) & 255) | (((((a >>> 8 & 255) + (b & 255)) & 255) >>> 1) & 255) << 8 | (((((a >>> 16 & 255) + (b & 255)) & 255) >>> 1) & 255) << 16 | ((((a >>> 24) + (b & 255)) & 255) >>> 1) << 24);
      break;
    case 217: // cv.avgu.sci.b
      R[at] = ((((((a & 255) + n) & 255) >>> 1) & 255) | (((((a >>> 8 & 255) + n) & 255) >>> 1) & 255) << 8 | (((((a >>> 16 & 255) + n) & 255) >>> 1) & 255) << 16 | ((((a >>> 24) + n) & 255) >>> 1) << 24);
      break;
    case 218: // cv.min.h
      R[at] = ((Math.min((a << 16 >> 16), (b << 16 >> 16)) & 65535) | Math.min((a >> 16), (b >> 16)) << 16);
      break;
    case 219: // cv.min.sc.h
      R[at] = ((Math.min((a << 16 >> 16), (b << 16 >> 16)) & 65535) | Math.min((a >> 16), (b << 16 >> 16)) << 16);
      break;
    case 220: // cv.min.sci.h
      R[at] = ((Math.min((a << 16 >> 16), n) & 65535) | Math.min((a >> 16), n) << 16);
      break;
    case 221: // cv.min.b
      R[at] = ((Math.min((a << 24 >> 24), (b << 24 >> 24)) & 255) | (Math.min((a << 16 >> 24), (b << 16 >> 24)) & 255) << 8 | (Math.min((a << 8 >> 24), (b << 8 >> 24)) & 255) << 16 | Math.min((a >> 24), (b >> 24)) << 24);
      break;
    case 222: // cv.min.sc.b
      R[at] = ((Math.min((a << 24 >> 24), (b << 24 >> 24)) & 255) | (Math.min((a << 16 >> 24), (b << 24 >> 24)) & 255) << 8 | (Math.min((a << 8 >> 24), (b << 24 >> 24)) & 255) << 16 | Math.min((a >> 24), (b << 24 >> 24)) << 24);
      break;
    case 223: // cv.min.sci.b
      R[at] = ((Math.min((a << 24 >> 24), n) & 255) | (Math.min((a << 16 >> 24), n) & 255) << 8 | (Math.min((a << 8 >> 24), n) & 255) << 16 | Math.min((a >> 24), n) << 24);
      break;
    case 224: // cv.minu.h
      R[at] = ((Math.min((a & 65535) >>> 0, (b & 65535) >>> 0) & 65535) | Math.min((a >>> 16) >>> 0, (b >>> 16) >>> 0) << 16);
      break;
    case 225: // cv.minu.sc.h
      R[at] = ((Math.min((a & 65535) >>> 0, (b & 65535) >>> 0) & 65535) | Math.min((a >>> 16) >>> 0, (b & 65535) >>> 0) << 16);
      break;
    case 226: // cv.minu.sci.h
      R[at] = ((Math.min((a & 65535) >>> 0, n >>> 0) & 65535) | Math.min((a >>> 16) >>> 0, n >>> 0) << 16);
      break;
    case 227: // cv.minu.b
      R[at] = ((Math.min((a & 255) >>> 0, (b & 255) >>> 0) & 255) | (Math.min((a >>> 8 & 255) >>> 0, (b >>> 8 & 255) >>> 0) & 255) << 8 | (Math.min((a >>> 16 & 255) >>> 0, (b >>> 16 & 255) >>> 0) & 255) << 16 | Math.min((a >>> 24) >>> 0, (b >>> 24) >>> 0) << 24);
      break;
    case 228: // cv.minu.sc.b
      R[at] = ((Math.min((a & 255) >>> 0, (b & 255) >>> 0) & 255) | (Math.min((a >>> 8 & 255) >>> 0, (b & 255) >>> 0) & 255) << 8 | (Math.min((a >>> 16 & 255) >>> 0, (b & 255) >>> 0) & 255) << 16 | Math.min((a >>> 24) >>> 0, (b & 255) >>> 0) << 24);
      break;
    case 229: // cv.minu.sci.b
      R[at] = ((Math.min((a & 255) >>> 0, n >>> 0) & 255) | (Math.min((a >>> 8 & 255) >>> 0, n >>> 0) & 255) << 8 | (Math.min((a >>> 16 & 255) >>> 0, n >>> 0) & 255) << 16 | Math.min((a >>> 24) >>> 0, n >>> 0) << 24);
      break;
    case 230: // cv.max.h
      R[at] = ((Math.max((a << 16 >> 16), (b << 16 >> 16)) & 65535) | Math.max((a >> 16), (b >> 16)) << 16);
      break;
    case 231: // cv.max.sc.h
      R[at] = ((Math.max((a << 16 >> 16), (b << 16 >> 16)) & 65535) | Math.max((a >> 16), (b << 16 >> 16)) << 16);
      break;
    case 232: // cv.max.sci.h
      R[at] = ((Math.max((a << 16 >> 16), n) & 65535) | Math.max((a >> 16), n) << 16);
      break;
    case 233: // cv.max.b
      R[at] = ((Math.max((a << 24 >> 24), (b << 24 >> 24)) & 255) | (Math.max((a << 16 >> 24), (b << 16 >> 24)) & 255) << 8 | (Math.max((a << 8 >> 24), (b << 8 >> 24)) & 255) << 16 | Math.max((a >> 24), (b >> 24)) << 24);
      break;
    case 234: // cv.max.sc.b
      R[at] = ((Math.max((a << 24 >> 24), (b << 24 >> 24)) & 255) | (Math.max((a << 16 >> 24), (b << 24 >> 24)) & 255) << 8 | (Math.max((a << 8 >> 24), (b << 24 >> 24)) & 255) << 16 | Math.max((a >> 24), (b << 24 >> 24)) << 24);
      break;
    case 235: // cv.max.sci.b
      R[at] = ((Math.max((a << 24 >> 24), n) & 255) | (Math.max((a << 16 >> 24), n) & 255) << 8 | (Math.max((a << 8 >> 24), n) & 255) << 16 | Math.max((a >> 24), n) << 24);
      break;
    case 236: // cv.maxu.h
      R[at] = ((Math.max((a & 65535) >>> 0, (b & 65535) >>> 0) & 65535) | Math.max((a >>> 16) >>> 0, (b >>> 16) >>> 0) << 16);
      break;
    case 237: // cv.maxu.sc.h
      R[at] = ((Math.max((a & 65535) >>> 0, (b & 65535) >>> 0) & 65535) | Math.max((a >>> 16) >>> 0, (b & 65535) >>> 0) << 16);
      break;
    case 238: // cv.maxu.sci.h
      R[at] = ((Math.max((a & 65535) >>> 0, n >>> 0) & 65535) | Math.max((a >>> 16) >>> 0, n >>> 0) << 16);
      break;
    case 239: // cv.maxu.b
      R[at] = ((Math.max((a & 255) >>> 0, (b & 255) >>> 0) & 255) | (Math.max((a >>> 8 & 255) >>> 0, (b >>> 8 & 255) >>> 0) & 255) << 8 | (Math.max((a >>> 16 & 255) >>> 0, (b >>> 16 & 255) >>> 0) & 255) << 16 | Math.max((a >>> 24) >>> 0, (b >>> 24) >>> 0) << 24);
      break;
    case 240: // cv.maxu.sc.b
      R[at] = ((Math.max((a & 255) >>> 0, (b & 255) >>> 0) & 255) | (Math.max((a >>> 8 & 255) >>> 0, (b & 255) >>> 0) & 255) << 8 | (Math.max((a >>> 16 & 255) >>> 0, (b & 255) >>> 0) & 255) << 16 | Math.max((a >>> 24) >>> 0, (b & 255) >>> 0) << 24);
      break;
    case 241: // cv.maxu.sci.b
      R[at] = ((Math.max((a & 255) >>> 0, n >>> 0) & 255) | (Math.max((a >>> 8 & 255) >>> 0, n >>> 0) & 255) << 8 | (Math.max((a >>> 16 & 255) >>> 0, n >>> 0) & 255) << 16 | Math.max((a >>> 24) >>> 0, n >>> 0) << 24);
      break;
    case 242: // cv.srl.h
      R[at] = ((((a & 65535) >>> ((b & 65535) & 15)) & 65535) | ((a >>> 16) >>> ((b >>> 16) & 15)) << 16);
      break;
    case 243: // cv.srl.sc.h
      R[at] = ((((a & 65535) >>> ((b & 65535) & 15)) & 65535) | ((a >>> 16) >>> ((b & 65535) & 15)) << 16);
      break;
    case 244: // cv.srl.sci.h
      R[at] = ((((a & 65535) >>> (n & 15)) & 65535) | ((a >>> 16) >>> (n & 15)) << 16);
      break;
    case 245: // cv.srl.b
      R[at] = ((((a & 255) >>> ((b & 255) & 7)) & 255) | (((a >>> 8 & 255) >>> ((b >>> 8 & 255) & 7)) & 255) << 8 | (((a >>> 16 & 255) >>> ((b >>> 16 & 255) & 7)) & 255) << 16 | ((a >>> 24) >>> ((b >>> 24) & 7)) << 24);
      break;
    case 246: // cv.srl.sc.b
      R[at] = ((((a & 255) >>> ((b & 255) & 7)) & 255) | (((a >>> 8 & 255) >>> ((b & 255) & 7)) & 255) << 8 | (((a >>> 16 & 255) >>> ((b & 255) & 7)) & 255) << 16 | ((a >>> 24) >>> ((b & 255) & 7)) << 24);
      break;
    case 247: // cv.srl.sci.b
      R[at] = ((((a & 255) >>> (n & 7)) & 255) | (((a >>> 8 & 255) >>> (n & 7)) & 255) << 8 | (((a >>> 16 & 255) >>> (n & 7)) & 255) << 16 | ((a >>> 24) >>> (n & 7)) << 24);
      break;
    case 248: // cv.sra.h
      R[at] = ((((a << 16 >> 16) >> ((b & 65535) & 15)) & 65535) | ((a >> 16) >> ((b >>> 16) & 15)) << 16);
      break;
    case 249: // cv.sra.sc.h
      R[at] = ((((a << 16 >> 16) >> ((b & 65535) & 15)) & 65535) | ((a >> 16) >> ((b & 65535) & 15)) << 16);
      break;
    case 250: // cv.sra.sci.h
      R[at] = ((((a << 16 >> 16) >> (n & 15)) & 65535) | ((a >> 16) >> (n & 15)) << 16);
      break;
    case 251: // cv.sra.b
      R[at] = ((((a << 24 >> 24) >> ((b & 255) & 7)) & 255) | (((a << 16 >> 24) >> ((b >>> 8 & 255) & 7)) & 255) << 8 | (((a << 8 >> 24) >> ((b >>> 16 & 255) & 7)) & 255) << 16 | ((a >> 24) >> ((b >>> 24) & 7)) << 24);
      break;
    case 252: // cv.sra.sc.b
      R[at] = ((((a << 24 >> 24) >> ((b & 255) & 7)) & 255) | (((a << 16 >> 24) >> ((b & 255) & 7)) & 255) << 8 | (((a << 8 >> 24) >> ((b & 255) & 7)) & 255) << 16 | ((a >> 24) >> ((b & 255) & 7)) << 24);
      break;
    case 253: // cv.sra.sci.b
      R[at] = ((((a << 24 >> 24) >> (n & 7)) & 255) | (((a << 16 >> 24) >> (n & 7)) & 255) << 8 | (((a << 8 >> 24) >> (n & 7)) & 255) << 16 | ((a >> 24) >> (n & 7)) << 24);
      break;
    case 254: // cv.sll.h
      R[at] = ((((a & 65535) << ((b & 65535) & 15)) & 65535) | ((a >>> 16) << ((b >>> 16) & 15)) << 16);
      break;
    case 255: // cv.sll.sc.h
      R[at] = ((((a & 65535) << ((b & 65535) & 15)) & 65535) | ((a >>> 16) << ((b & 65535) & 15)) << 16);
      break;
    case 256: // cv.sll.sci.h
      R[at] = ((((a & 65535) << (n & 15)) & 65535) | ((a >>> 16) << (n & 15)) << 16);
      break;
    case 257: // cv.sll.b
      R[at] = ((((a & 255) << ((b & 255) & 7)) & 255) | (((a >>> 8 & 255) << ((b >>> 8 & 255) & 7)) & 255) << 8 | (((a >>> 16 & 255) << ((b >>> 16 & 255) & 7)) & 255) << 16 | ((a >>> 24) << ((b >>> 24) & 7)) << 24);
      break;
    case 258: // cv.sll.sc.b
      R[at] = ((((a & 255) << ((b & 255) & 7)) & 255) | (((a >>> 8 & 255) << ((b & 255) & 7)) & 255) << 8 | (((a >>> 16 & 255) << ((b & 255) & 7)) & 255) << 16 | ((a >>> 24) << ((b & 255) & 7)) << 24);
      break;
    case 259: // cv.sll.sci.b
      R[at] = ((((a & 255) << (n & 7)) & 255) | (((a >>> 8 & 255) << (n & 7)) & 255) << 8 | (((a >>> 16 & 255) << (n & 7)) & 255) << 16 | ((a >>> 24) << (n & 7)) << 24);
      break;
    case 260: // cv.or.h
      R[at] = ((((a << 16 >> 16) | (b << 16 >> 16)) & 65535) | ((a >> 16) | (b >> 16)) << 16);
      break;
    case 261: // cv.or.sc.h
      R[at] = ((((a << 16 >> 16) | (b << 16 >> 16)) & 65535) | ((a >> 16) | (b << 16 >> 16)) << 16);
      break;
    case 262: // cv.or.sci.h
      R[at] = ((((a << 16 >> 16) | n) & 65535) | ((a >> 16) | n) << 16);
      break;
    case 263: // cv.or.b
      R[at] = ((((a << 24 >> 24) | (b << 24 >> 24)) & 255) | (((a << 16 >> 24) | (b << 16 >> 24)) & 255) << 8 | (((a << 8 >> 24) | (b << 8 >> 24)) & 255) << 16 | ((a >> 24) | (b >> 24)) << 24);
      break;
    case 264: // cv.or.sc.b
      R[at] = ((((a << 24 >> 24) | (b << 24 >> 24)) & 255) | (((a << 16 >> 24) | (b << 24 >> 24)) & 255) << 8 | (((a << 8 >> 24) | (b << 24 >> 24)) & 255) << 16 | ((a >> 24) | (b << 24 >> 24)) << 24);
      break;
    case 265: // cv.or.sci.b
      R[at] = ((((a << 24 >> 24) | n) & 255) | (((a << 16 >> 24) | n) & 255) << 8 | (((a << 8 >> 24) | n) & 255) << 16 | ((a >> 24) | n) << 24);
      break;
    case 266: // cv.xor.h
      R[at] = ((((a << 16 >> 16) ^ (b << 16 >> 16)) & 65535) | ((a >> 16) ^ (b >> 16)) << 16);
      break;
    case 267: // cv.xor.sc.h
      R[at] = ((((a << 16 >> 16) ^ (b << 16 >> 16)) & 65535) | ((a >> 16) ^ (b << 16 >> 16)) << 16);
      break;
    case 268: // cv.xor.sci.h
      R[at] = ((((a << 16 >> 16) ^ n) & 65535) | ((a >> 16) ^ n) << 16);
      break;
    case 269: // cv.xor.b
      R[at] = ((((a << 24 >> 24) ^ (b << 24 >> 24)) & 255) | (((a << 16 >> 24) ^ (b << 16 >> 24)) & 255) << 8 | (((a << 8 >> 24) ^ (b << 8 >> 24)) & 255) << 16 | ((a >> 24) ^ (b >> 24)) << 24);
      break;
    case 270: // cv.xor.sc.b
      R[at] = ((((a << 24 >> 24) ^ (b << 24 >> 24)) & 255) | (((a << 16 >> 24) ^ (b << 24 >> 24)) & 255) << 8 | (((a << 8 >> 24) ^ (b << 24 >> 24)) & 255) << 16 | ((a >> 24) ^ (b << 24 >> 24)) << 24);
      break;
    case 271: // cv.xor.sci.b
      R[at] = ((((a << 24 >> 24) ^ n) & 255) | (((a << 16 >> 24) ^ n) & 255) << 8 | (((a << 8 >> 24) ^ n) & 255) << 16 | ((a >> 24) ^ n) << 24);
      break;
    case 272: // cv.and.h
      R[at] = ((((a << 16 >> 16) & (b << 16 >> 16)) & 65535) | ((a >> 16) & (b >> 16)) << 16);
      break;
    case 273: // cv.and.sc.h
      R[at] = ((((a << 16 >> 16) & (b << 16 >> 16)) & 65535) | ((a >> 16) & (b << 16 >> 16)) << 16);
      break;
    case 274: // cv.and.sci.h
      R[at] = ((((a << 16 >> 16) & n) & 65535) | ((a >> 16) & n) << 16);
      break;
    case 275: // cv.and.b
      R[at] = ((((a << 24 >> 24) & (b << 24 >> 24)) & 255) | (((a << 16 >> 24) & (b << 16 >> 24)) & 255) << 8 | (((a << 8 >> 24) & (b << 8 >> 24)) & 255) << 16 | ((a >> 24) & (b >> 24)) << 24);
      break;
    case 276: // cv.and.sc.b
      R[at] = ((((a << 24 >> 24) & (b << 24 >> 24)) & 255) | (((a << 16 >> 24) & (b << 24 >> 24)) & 255) << 8 | (((a << 8 >> 24) & (b << 24 >> 24)) & 255) << 16 | ((a >> 24) & (b << 24 >> 24)) << 24);
      break;
    case 277: // cv.and.sci.b
      R[at] = ((((a << 24 >> 24) & n) & 255) | (((a << 16 >> 24) & n) & 255) << 8 | (((a << 8 >> 24) & n) & 255) << 16 | ((a >> 24) & n) << 24);
      break;
    case 278: // cv.abs.h
      R[at] = ((((a << 16 >> 16) < 0 ? (0 - (a << 16 >> 16)) : (a << 16 >> 16)) & 65535) | ((a >> 16) < 0 ? (0 - (a >> 16)) : (a >> 16)) << 16);
      break;
    case 279: // cv.abs.b
      R[at] = ((((a << 24 >> 24) < 0 ? (0 - (a << 24 >> 24)) : (a << 24 >> 24)) & 255) | (((a << 16 >> 24) < 0 ? (0 - (a << 16 >> 24)) : (a << 16 >> 24)) & 255) << 8 | (((a << 8 >> 24) < 0 ? (0 - (a << 8 >> 24)) : (a << 8 >> 24)) & 255) << 16 | ((a >> 24) < 0 ? (0 - (a >> 24)) : (a >> 24)) << 24);
      break;
  }
}

export function simdComparison(R: Int32Array, base: number, w: number, n: number): void {
  const a = R[base + ((w >>> 15) & 31)];
  const b = R[base + ((w >>> 20) & 31)];
  const at = base + ((w >>> 9) & 63);
  switch (w & 511) {
    case 280: // cv.cmpeq.h
      R[at] = (((0 - ((a << 16 >> 16) === (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) === (b >> 16) ? 1 : 0)) << 16);
      break;
    case 281: // cv.cmpeq.sc.h
      R[at] = (((0 - ((a << 16 >> 16) === (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) === (b << 16 >> 16) ? 1 : 0)) << 16);
      break;
    case 282: // cv.cmpeq.sci.h
      R[at] = (((0 - ((a << 16 >> 16) === n ? 1 : 0)) & 65535) | (0 - ((a >> 16) === n ? 1 : 0)) << 16);
      break;
    case 283: // cv.cmpeq.b
      R[at] = (((0 - ((a << 24 >> 24) === (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) === (b << 16 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) === (b << 8 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) === (b >> 24) ? 1 : 0)) << 24);
      break;
    case 284: // cv.cmpeq.sc.b
      R[at] = (((0 - ((a << 24 >> 24) === (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) === (b << 24 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) === (b << 24 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) === (b << 24 >> 24) ? 1 : 0)) << 24);
      break;
    case 285: // cv.cmpeq.sci.b
      R[at] = (((0 - ((a << 24 >> 24) === n ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) === n ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) === n ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) === n ? 1 : 0)) << 24);
      break;
    case 286: // cv.cmpne.h
      R[at] = (((0 - ((a << 16 >> 16) !== (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) !== (b >> 16) ? 1 : 0)) << 16);
      break;
    case 287: // cv.cmpne.sc.h
      R[at] = (((0 - ((a << 16 >> 16) !== (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) !== (b << 16 >> 16) ? 1 : 0)) << 16);
      break;
    case 288: // cv.cmpne.sci.h
      R[at] = (((0 - ((a << 16 >> 16) !== n ? 1 : 0)) & 65535) | (0 - ((a >> 16) !== n ? 1 : 0)) << 16);
      break;
    case 289: // cv.cmpne.b
      R[at] = (((0 - ((a << 24 >> 24) !== (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) !== (b << 16 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) !== (b << 8 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) !== (b >> 24) ? 1 : 0)) << 24);
      break;
    case 290: // cv.cmpne.sc.b
      R[at] = (((0 - ((a << 24 >> 24) !== (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) !== (b << 24 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) !== (b << 24 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) !== (b << 24 >> 24) ? 1 : 0)) << 24);
      break;
    case 291: // cv.cmpne.sci.b
      R[at] = (((0 - ((a << 24 >> 24) !== n ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) !== n ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) !== n ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) !== n ? 1 : 0)) << 24);
      break;
    case 292: // cv.cmpgt.h
      R[at] = (((0 - ((a << 16 >> 16) > (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) > (b >> 16) ? 1 : 0)) << 16);
      break;
    case 293: // cv.cmpgt.sc.h
      R[at] = (((0 - ((a << 16 >> 16) > (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) > (b << 16 >> 16) ? 1 : 0)) << 16);
      break;
    case 294: // cv.cmpgt.sci.h
      R[at] = (((0 - ((a << 16 >> 16) > n ? 1 : 0)) & 65535) | (0 - ((a >> 16) > n ? 1 : 0)) << 16);
      break;
    case 295: // cv.cmpgt.b
      R[at] = (((0 - ((a << 24 >> 24) > (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) > (b << 16 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) > (b << 8 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) > (b >> 24) ? 1 : 0)) << 24);
      break;
    case 296: // cv.cmpgt.sc.b
      R[at] = (((0 - ((a << 24 >> 24) > (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) > (b << 24 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) > (b << 24 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) > (b << 24 >> 24) ? 1 : 0)) << 24);
      break;
    case 297: // cv.cmpgt.sci.b
      R[at] = (((0 - ((a << 24 >> 24) > n ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) > n ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) > n ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) > n ? 1 : 0)) << 24);
      break;
    case 298: // cv.cmpge.h
      R[at] = (((0 - ((a << 16 >> 16) >= (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) >= (b >> 16) ? 1 : 0)) << 16);
      break;
    case 299: // cv.cmpge.sc.h
      R[at] = (((0 - ((a << 16 >> 16) >= (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) >= (b << 16 >> 16) ? 1 : 0)) << 16);
      break;
    case 300: // cv.cmpge.sci.h
      R[at] = (((0 - ((a << 16 >> 16) >= n ? 1 : 0)) & 65535) | (0 - ((a >> 16) >= n ? 1 : 0)) << 16);
      break;
    case 301: // cv.cmpge.b
      R[at] = (((0 - ((a << 24 >> 24) >= (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) >= (b << 16 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) >= (b << 8 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) >= (b >> 24) ? 1 : 0)) << 24);
      break;
    case 302: // cv.cmpge.sc.b
      R[at] = (((0 - ((a << 24 >> 24) >= (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) >= (b << 24 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) >= (b << 24 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) >= (b << 24 >> 24) ? 1 : 0)) << 24);
      break;
    case 303: // cv.cmpge.sci.b
      R[at] = (((0 - ((a << 24 >> 24) >= n ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) >= n ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) >= n ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) >= n ? 1 : 0)) << 24);
      break;
    case 304: // cv.cmplt.h
      R[at] = (((0 - ((a << 16 >> 16) < (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) < (b >> 16) ? 1 : 0)) << 16);
      break;
    case 305: // cv.cmplt.sc.h
      R[at] = (((0 - ((a << 16 >> 16) < (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) < (b << 16 >> 16) ? 1 : 0)) << 16);
      break;
    case 306: // cv.cmplt.sci.h
      R[at] = (((0 - ((a << 16 >> 16) < n ? 1 : 0)) & 65535) | (0 - ((a >> 16) < n ? 1 : 0)) << 16);
      break;
    case 307: // cv.cmplt.b
      R[at] = (((0 - ((a << 24 >> 24) < (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) < (b << 16 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) < (b << 8 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) < (b >> 24) ? 1 : 0)) << 24);
      break;
    case 308: // cv.cmplt.sc.b
      R[at] = (((0 - ((a << 24 >> 24) < (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) < (b << 24 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) < (b << 24 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) < (b << 24 >> 24) ? 1 : 0)) << 24);
      break;
    case 309: // cv.cmplt.sci.b
      R[at] = (((0 - ((a << 24 >> 24) < n ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) < n ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) < n ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) < n ? 1 : 0)) << 24);
      break;
    case 310: // cv.cmple.h
      R[at] = (((0 - ((a << 16 >> 16) <= (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) <= (b >> 16) ? 1 : 0)) << 16);
      break;
    case 311: // cv.cmple.sc.h
      R[at] = (((0 - ((a << 16 >> 16) <= (b << 16 >> 16) ? 1 : 0)) & 65535) | (0 - ((a >> 16) <= (b << 16 >> 16) ? 1 : 0)) << 16);
      break;
    case 312: // cv.cmple.sci.h
      R[at] = (((0 - ((a << 16 >> 16) <= n ? 1 : 0)) & 65535) | (0 - ((a >> 16) <= n ? 1 : 0)) << 16);
      break;
    case 313: // cv.cmple.b
      R[at] = (((0 - ((a << 24 >> 24) <= (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) <= (b << 16 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) <= (b << 8 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) <= (b >> 24) ? 1 : 0)) << 24);
      break;
    case 314: // cv.cmple.sc.b
      R[at] = (((0 - ((a << 24 >> 24) <= (b << 24 >> 24) ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) <= (b << 24 >> 24) ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) <= (b << 24 >> 24) ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) <= (b << 24 >> 24) ? 1 : 0)) << 24);
      break;
    case 315: // cv.cmple.sci.b
      R[at] = (((0 - ((a << 24 >> 24) <= n ? 1 : 0)) & 255) | ((0 - ((a << 16 >> 24) <= n ? 1 : 0)) & 255) << 8 | ((0 - ((a << 8 >> 24) <= n ? 1 : 0)) & 255) << 16 | (0 - ((a >> 24) <= n ? 1 : 0)) << 24);
      break;
    case 316: // cv.cmpgtu.h
      R[at] = (((0 - ((a & 65535) >>> 0 > (b & 65535) >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 > (b >>> 16) >>> 0 ? 1 : 0)) << 16);
      break;
    case 317: // cv.cmpgtu.sc.h
      R[at] = (((0 - ((a & 65535) >>> 0 > (b & 65535) >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 > (b & 65535) >>> 0 ? 1 : 0)) << 16);
      break;
    case 318: // cv.cmpgtu.sci.h
      R[at] = (((0 - ((a & 65535) >>> 0 > n >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 > n >>> 0 ? 1 : 0)) << 16);
      break;
    case 319: // cv.cmpgtu.b
      R[at] = (((0 - ((a & 255) >>> 0 > (b & 255) >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 > (b >>> 8 & 255) >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 > (b >>> 16 & 255) >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 > (b >>> 24) >>> 0 ? 1 : 0)) << 24);
      break;
    case 320: // cv.cmpgtu.sc.b
      R[at] = (((0 - ((a & 255) >>> 0 > (b & 255) >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 > (b & 255) >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 > (b & 255) >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 > (b & 255) >>> 0 ? 1 : 0)) << 24);
      break;
    case 321: // cv.cmpgtu.sci.b
      R[at] = (((0 - ((a & 255) >>> 0 > n >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 > n >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 > n >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 > n >>> 0 ? 1 : 0)) << 24);
      break;
    case 322: // cv.cmpgeu.h
      R[at] = (((0 - ((a & 65535) >>> 0 >= (b & 65535) >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 >= (b >>> 16) >>> 0 ? 1 : 0)) << 16);
      break;
    case 323: // cv.cmpgeu.sc.h
      R[at] = (((0 - ((a & 65535) >>> 0 >= (b & 65535) >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 >= (b & 65535) >>> 0 ? 1 : 0)) << 16);
      break;
    case 324: // cv.cmpgeu.sci.h
      R[at] = (((0 - ((a & 65535) >>> 0 >= n >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 >= n >>> 0 ? 1 : 0)) << 16);
      break;
    case 325: // cv.cmpgeu.b
      R[at] = (((0 - ((a & 255) >>> 0 >= (b & 255) >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 >= (b >>> 8 & 255) >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 >= (b >>> 16 & 255) >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 >= (b >>> 24) >>> 0 ? 1 : 0)) << 24);
      break;
    case 326: // cv.cmpgeu.sc.b
      R[at] = (((0 - ((a & 255) >>> 0 >= (b & 255) >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 >= (b & 255) >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 >= (b & 255) >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 >= (b & 255) >>> 0 ? 1 : 0)) << 24);
      break;
    case 327: // cv.cmpgeu.sci.b
      R[at] = (((0 - ((a & 255) >>> 0 >= n >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 >= n >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 >= n >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 >= n >>> 0 ? 1 : 0)) << 24);
      break;
    case 328: // cv.cmpltu.h
      R[at] = (((0 - ((a & 65535) >>> 0 < (b & 65535) >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 < (b >>> 16) >>> 0 ? 1 : 0)) << 16);
      break;
    case 329: // cv.cmpltu.sc.h
      R[at] = (((0 - ((a & 65535) >>> 0 < (b & 65535) >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 < (b & 65535) >>> 0 ? 1 : 0)) << 16);
      break;
    case 330: // cv.cmpltu.sci.h
      R[at] = (((0 - ((a & 65535) >>> 0 < n >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 < n >>> 0 ? 1 : 0)) << 16);
      break;
    case 331: // cv.cmpltu.b
      R[at] = (((0 - ((a & 255) >>> 0 < (b & 255) >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 < (b >>> 8 & 255) >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 < (b >>> 16 & 255) >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 < (b >>> 24) >>> 0 ? 1 : 0)) << 24);
      break;
    case 332: // cv.cmpltu.sc.b
      R[at] = (((0 - ((a & 255) >>> 0 < (b & 255) >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 < (b & 255) >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 < (b & 255) >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 < (b & 255) >>> 0 ? 1 : 0)) << 24);
      break;
    case 333: // cv.cmpltu.sci.b
      R[at] = (((0 - ((a & 255) >>> 0 < n >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 < n >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 < n >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 < n >>> 0 ? 1 : 0)) << 24);
      break;
    case 334: // cv.cmpleu.h
      R[at] = (((0 - ((a & 65535) >>> 0 <= (b & 65535) >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 <= (b >>> 16) >>> 0 ? 1 : 0)) << 16);
      break;
    case 335: // cv.cmpleu.sc.h
      R[at] = (((0 - ((a & 65535) >>> 0 <= (b & 65535) >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 <= (b & 65535) >>> 0 ? 1 : 0)) << 16);
      break;
    case 336: // cv.cmpleu.sci.h
      R[at] = (((0 - ((a & 65535) >>> 0 <= n >>> 0 ? 1 : 0)) & 65535) | (0 - ((a >>> 16) >>> 0 <= n >>> 0 ? 1 : 0)) << 16);
      break;
    case 337: // cv.cmpleu.b
      R[at] = (((0 - ((a & 255) >>> 0 <= (b & 255) >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 <= (b >>> 8 & 255) >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 <= (b >>> 16 & 255) >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 <= (b >>> 24) >>> 0 ? 1 : 0)) << 24);
      break;
    case 338: // cv.cmpleu.sc.b
      R[at] = (((0 - ((a & 255) >>> 0 <= (b & 255) >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 <= (b & 255) >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 <= (b & 255) >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 <= (b & 255) >>> 0 ? 1 : 0)) << 24);
      break;
    case 339: // cv.cmpleu.sci.b
      R[at] = (((0 - ((a & 255) >>> 0 <= n >>> 0 ? 1 : 0)) & 255) | ((0 - ((a >>> 8 & 255) >>> 0 <= n >>> 0 ? 1 : 0)) & 255) << 8 | ((0 - ((a >>> 16 & 255) >>> 0 <= n >>> 0 ? 1 : 0)) & 255) << 16 | (0 - ((a >>> 24) >>> 0 <= n >>> 0 ? 1 : 0)) << 24);
      break;
  }
}

export function simdPermutation(R: Int32Array, base: number, w: number, n: number): void {
  const a = R[base + ((w >>> 15) & 31)];
  const b = R[base + ((w >>> 20) & 31)];
  const at = base + ((w >>> 9) & 63);
  const d = R[at];
  switch (w & 511) {
    case 340: // cv.extract.h
      R[at] = ((a >>> ((n & 1) << 4)) << 16 >> 16);
      break;
    case 341: // cv.extractu.h
      R[at] = ((a >>> ((n & 1) << 4)) & 65535);
      break;
    case 342: // cv.insert.h
      R[at] = (((0 === (n & 1) ? (a & 65535) : (d & 65535)) & 65535) | (1 === (n & 1) ? (a & 65535) : (d >>> 16)) << 16);
      break;
    case 343: // cv.extract.b
      R[at] = ((a >>> ((n & 3) << 3)) << 24 >> 24);
      break;
    case 344: // cv.extractu.b
      R[at] = ((a >>> ((n & 3) << 3)) & 255);
      break;
    case 345: // cv.insert.b
      R[at] = (((0 === (n & 3) ? (a & 255) : (d & 255)) & 255) | ((1 === (n & 3) ? (a & 255) : (d >>> 8 & 255)) & 255) << 8 | ((2 === (n & 3) ? (a & 255) : (d >>> 16 & 255)) & 255) << 16 | (3 === (n & 3) ? (a & 255) : (d >>> 24)) << 24);
      break;
    case 346: // cv.shuffle.h
      R[at] = ((((a >>> (((b & 65535) & 1) << 4)) & 65535) & 65535) | ((a >>> (((b >>> 16) & 1) << 4)) & 65535) << 16);
      break;
    case 347: // cv.shuffle.sci.h
      R[at] = ((((a >>> (((n >>> 0) & 1) << 4)) & 65535) & 65535) | ((a >>> (((n >>> 1) & 1) << 4)) & 65535) << 16);
      break;
    case 348: // cv.shuffle.b
      R[at] = ((((a >>> (((b & 255) & 3) << 3)) & 255) & 255) | (((a >>> (((b >>> 8 & 255) & 3) << 3)) & 255) & 255) << 8 | (((a >>> (((b >>> 16 & 255) & 3) << 3)) & 255) & 255) << 16 | ((a >>> (((b >>> 24) & 3) << 3)) & 255) << 24);
      break;
    case 349: // cv.shufflei0.sci.b
      R[at] = ((((a >>> ((((n | 0) >>> (0 << 1)) & 3) << 3)) & 255) & 255) | (((a >>> ((((n | 0) >>> (1 << 1)) & 3) << 3)) & 255) & 255) << 8 | (((a >>> ((((n | 0) >>> (2 << 1)) & 3) << 3)) & 255) & 255) << 16 | ((a >>> ((((n | 0) >>> (3 << 1)) & 3) << 3)) & 255) << 24);
      break;
    case 350: // cv.shufflei1.sci.b
      R[at] = ((((a >>> ((((n | 64) >>> (0 << 1)) & 3) << 3)) & 255) & 255) | (((a >>> ((((n | 64) >>> (1 << 1)) & 3) << 3)) & 255) & 255) << 8 | (((a >>> ((((n | 64) >>> (2 << 1)) & 3) << 3)) & 255) & 255) << 16 | ((a >>> ((((n | 64) >>> (3 << 1)) & 3) << 3)) & 255) << 24);
      break;
    case 351: // cv.shufflei2.sci.b
      R[at] = ((((a >>> ((((n | 128) >>> (0 << 1)) & 3) << 3)) & 255) & 255) | (((a >>> ((((n | 128) >>> (1 << 1)) & 3) << 3)) & 255) & 255) << 8 | (((a >>> ((((n | 128) >>> (2 << 1)) & 3) << 3)) & 255) & 255) << 16 | ((a >>> ((((n | 128) >>> (3 << 1)) & 3) << 3)) & 255) << 24);
      break;
    case 352: // cv.shufflei3.sci.b
      R[at] = ((((a >>> ((((n | 192) >>> (0 << 1)) & 3) << 3)) & 255) & 255) | (((a >>> ((((n | 192) >>> (1 << 1)) & 3) << 3)) & 255) & 255) << 8 | (((a >>> ((((n | 192) >>> (2 << 1)) & 3) << 3)) & 255) & 255) << 16 | ((a >>> ((((n | 192) >>> (3 << 1)) & 3) << 3)) & 255) << 24);
      break;
    case 353: // cv.shuffle2.h
      R[at] = (((((b & 65535) & 2) !== 0 ? ((a >>> (((b & 65535) & 1) << 4)) & 65535) : ((d >>> (((b & 65535) & 1) << 4)) & 65535)) & 65535) | (((b >>> 16) & 2) !== 0 ? ((a >>> (((b >>> 16) & 1) << 4)) & 65535) : ((d >>> (((b >>> 16) & 1) << 4)) & 65535)) << 16);
      break;
    case 354: // cv.shuffle2.b
      R[at] = (((((b & 255) & 4) !== 0 ? ((a >>> (((b & 255) & 3) << 3)) & 255) : ((d >>> (((b & 255) & 3) << 3)) & 255)) & 255) | ((((b >>> 8 & 255) & 4) !== 0 ? ((a >>> (((b >>> 8 & 255) & 3) << 3)) & 255) : ((d >>> (((b >>> 8 & 255) & 3) << 3)) & 255)) & 255) << 8 | ((((b >>> 16 & 255) & 4) !== 0 ? ((a >>> (((b >>> 16 & 255) & 3) << 3)) & 255) : ((d >>> (((b >>> 16 & 255) & 3) << 3)) & 255)) & 255) << 16 | (((b >>> 24) & 4) !== 0 ? ((a >>> (((b >>> 24) & 3) << 3)) & 255) : ((d >>> (((b >>> 24) & 3) << 3)) & 255)) << 24);
      break;
    case 355: // cv.pack
      R[at] = ((a << 16) | (b & 65535));
      break;
    case 356: // cv.pack.h
      R[at] = ((a & -65536) | (b >>> 16));
      break;
    case 357: // cv.packhi.b
      R[at] = (((((a & 255) << 8) | (b & 255)) << 16) | (d & 65535));
      break;
    case 358: // cv.packlo.b
      R[at] = ((d & -65536) | ((((a & 255) << 8) | (b & 255)) << 0));
      break;
    case 359: // cv.cplxmul.r
      R[at] = ((d & -65536) | (((Math.imul((a << 16 >> 16), (b << 16 >> 16)) - Math.imul((a >> 16), (b >> 16))) >> 15) & 65535));
      break;
    case 360: // cv.cplxmul.i
      R[at] = ((((Math.imul((a << 16 >> 16), (b >> 16)) + Math.imul((a >> 16), (b << 16 >> 16))) >> 15) << 16) | (d & 65535));
      break;
    case 361: // cv.cplxmul.r.div2
      R[at] = ((d & -65536) | (((Math.imul((a << 16 >> 16), (b << 16 >> 16)) - Math.imul((a >> 16), (b >> 16))) >> 16) & 65535));
      break;
    case 362: // cv.cplxmul.i.div2
      R[at] = ((((Math.imul((a << 16 >> 16), (b >> 16)) + Math.imul((a >> 16), (b << 16 >> 16))) >> 16) << 16) | (d & 65535));
      break;
    case 363: // cv.cplxmul.r.div4
      R[at] = ((d & -65536) | (((Math.imul((a << 16 >> 16), (b << 16 >> 16)) - Math.imul((a >> 16), (b >> 16))) >> 17) & 65535));
      break;
    case 364: // cv.cplxmul.i.div4
      R[at] = ((((Math.imul((a << 16 >> 16), (b >> 16)) + Math.imul((a >> 16), (b << 16 >> 16))) >> 17) << 16) | (d & 65535));
      break;
    case 365: // cv.cplxmul.r.div8
      R[at] = ((d & -65536) | (((Math.imul((a << 16 >> 16), (b << 16 >> 16)) - Math.imul((a >> 16), (b >> 16))) >> 18) & 65535));
      break;
    case 366: // cv.cplxmul.i.div8
      R[at] = ((((Math.imul((a << 16 >> 16), (b >> 16)) + Math.imul((a >> 16), (b << 16 >> 16))) >> 18) << 16) | (d & 65535));
      break;
    case 367: // cv.cplxconj
      R[at] = (((0 - (a >> 16)) << 16) | (a & 65535));
      break;
    case 368: // cv.subrotmj
      R[at] = ((((((b << 16 >> 16) - (a << 16 >> 16)) << 16 >> 16) >> 0) << 16) | (((((a >> 16) - (b >> 16)) << 16 >> 16) >> 0) & 65535));
      break;
    case 369: // cv.subrotmj.div2
      R[at] = ((((((b << 16 >> 16) - (a << 16 >> 16)) << 16 >> 16) >> 1) << 16) | (((((a >> 16) - (b >> 16)) << 16 >> 16) >> 1) & 65535));
      break;
    case 370: // cv.add.div2
      R[at] = ((((((a >> 16) + (b >> 16)) << 16 >> 16) >> 1) << 16) | (((((a << 16 >> 16) + (b << 16 >> 16)) << 16 >> 16) >> 1) & 65535));
      break;
    case 371: // cv.sub.div2
      R[at] = ((((((a >> 16) - (b >> 16)) << 16 >> 16) >> 1) << 16) | (((((a << 16 >> 16) - (b << 16 >> 16)) << 16 >> 16) >> 1) & 65535));
      break;
    case 372: // cv.subrotmj.div4
      R[at] = ((((((b << 16 >> 16) - (a << 16 >> 16)) << 16 >> 16) >> 2) << 16) | (((((a >> 16) - (b >> 16)) << 16 >> 16) >> 2) & 65535));
      break;
    case 373: // cv.add.div4
      R[at] = ((((((a >> 16) + (b >> 16)) << 16 >> 16) >> 2) << 16) | (((((a << 16 >> 16) + (b << 16 >> 16)) << 16 >> 16) >> 2) & 65535));
      break;
    case 374: // cv.sub.div4
      R[at] = ((((((a >> 16) - (b >> 16)) << 16 >> 16) >> 2) << 16) | (((((a << 16 >> 16) - (b << 16 >> 16)) << 16 >> 16) >> 2) & 65535));
      break;
    case 375: // cv.subrotmj.div8
      R[at] = ((((((b << 16 >> 16) - (a << 16 >> 16)) << 16 >> 16) >> 3) << 16) | (((((a >> 16) - (b >> 16)) << 16 >> 16) >> 3) & 65535));
      break;
    case 376: // cv.add.div8
      R[at] = ((((((a >> 16) + (b >> 16)) << 16 >> 16) >> 3) << 16) | (((((a << 16 >> 16) + (b << 16 >> 16)) << 16 >> 16) >> 3) & 65535));
      break;
    case 377: // cv.sub.div8
      R[at] = ((((((a >> 16) - (b >> 16)) << 16 >> 16) >> 3) << 16) | (((((a << 16 >> 16) - (b << 16 >> 16)) << 16 >> 16) >> 3) & 65535));
      break;
  }
}
