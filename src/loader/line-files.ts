/** File names in the header of a DWARF line-number program; two encodings, before and from version 5. */
import { Cursor, OutOfBytes } from './cursor.js';

/** Path of a file number of the line-number program; `?` for a number without a file. */
export type FileNames = (number: number) => string;

interface Strings {
  readonly version: number;
  readonly lineStrings: Uint8Array | undefined;
  readonly strings: Uint8Array | undefined;
}

interface Entry {
  name: string;
  directory: number;
}

const maxEntries = 65_536;

export function readFileNames(header: Cursor, context: Strings): FileNames {
  const [directories, files] =
    context.version >= 5 ? readVersion5(header, context) : readVersion4(header);
  const paths = files.map(({ name, directory }) => {
    const folder = directories[directory];
    return name.startsWith('/') || !folder ? name : `${folder}/${name}`;
  });
  return (number) => paths[number] ?? '?';
}

/** Directory 0 is the folder of the compilation, which version 4 does not name; files count from 1. */
function readVersion4(header: Cursor): [string[], Entry[]] {
  const directories = [''];
  for (let name = header.string(); name !== ''; name = header.string()) directories.push(name);
  const files: Entry[] = [{ name: '?', directory: 0 }];
  for (let name = header.string(); name !== ''; name = header.string()) {
    files.push({ name, directory: header.uleb() });
    header.uleb();
    header.uleb();
  }
  return [directories, files];
}

function readVersion5(header: Cursor, context: Strings): [string[], Entry[]] {
  const directories = readTable(header, context).map((entry) => entry.name);
  return [directories, readTable(header, context)];
}

const contentPath = 1;
const contentDirectory = 2;

function readTable(header: Cursor, context: Strings): Entry[] {
  const format: { content: number; form: number }[] = [];
  for (let n = header.u8(); n > 0; n--) {
    format.push({ content: header.uleb(), form: header.uleb() });
  }
  const count = header.uleb();
  if (count > maxEntries || (format.length === 0 && count > 0)) {
    throw new OutOfBytes(`${count} entries in a file table`);
  }
  return Array.from({ length: count }, () => {
    const entry: Entry = { name: '?', directory: 0 };
    for (const { content, form } of format) {
      const value = readForm(header, form, context);
      if (content === contentPath && typeof value === 'string') entry.name = value;
      if (content === contentDirectory && typeof value === 'number') entry.directory = value;
    }
    return entry;
  });
}

/** The forms that the standard allows in these tables (section 6.2.4.1). */
function readForm(header: Cursor, form: number, context: Strings): string | number {
  switch (form) {
    case 0x08:
      return header.string();
    case 0x0e:
      return stringAt(context.strings, header.u32());
    case 0x1f:
      return stringAt(context.lineStrings, header.u32());
    case 0x0b:
      return header.u8();
    case 0x05:
      return header.u16();
    case 0x06:
      return header.u32();
    case 0x0f:
      return header.uleb();
    case 0x07:
      header.skip(8);
      return 0;
    case 0x1e:
      header.skip(16);
      return 0;
    case 0x09:
      header.skip(header.uleb());
      return 0;
    default:
      throw new OutOfBytes(`form ${form} in a file table`);
  }
}

const maxNameBytes = 4096;

function stringAt(strings: Uint8Array | undefined, offset: number): string {
  if (!strings || offset >= strings.length) throw new OutOfBytes('a name lies outside its section');
  return new Cursor(strings, offset, Math.min(offset + maxNameBytes, strings.length)).string();
}
