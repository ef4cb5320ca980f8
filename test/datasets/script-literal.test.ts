import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { parseExportedLiteral } from '../../src/datasets/script-literal.js';

const wrapped = (literal: string): string =>
  `!function(e){return e}({1:[function(e,h,n){h.exports=${literal}},{}]},{},[1]);`;

describe('literals of a bundled module', () => {
  test('objects with bare, quoted and dollar keys, minified booleans and numbers', () => {
    const source = wrapped(`{a:1,"b c":-.5,'d':[1e-3,.25,2.],$_e:!0,f:!1,g:null,h:true,i:{}}`);
    expect(parseExportedLiteral(source)).toEqual({
      a: 1,
      'b c': -0.5,
      d: [0.001, 0.25, 2],
      $_e: true,
      f: false,
      g: null,
      h: true,
      i: {},
    });
  });

  test('one string, quotes of the other kind inside', () => {
    expect(parseExportedLiteral(wrapped(`"it's"`))).toBe("it's");
  });

  test('a key named __proto__ is data, not a prototype', () => {
    const value = parseExportedLiteral(wrapped('{__proto__:{x:1}}'));
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('anything that is not data is refused, never run', () => {
  test.each([
    ['a call', '{a:process.exit(1)}'],
    ['a name', '{a:b}'],
    ['a function', '{a:function(){}}'],
    ['a sum', '[1+1]'],
    ['an escape', String.raw`"a\u0041"`],
    ['an open string', '"abc'],
    ['an open list', '[1,2'],
    ['a missing comma', '[1 2]'],
    ['a template', '[`x`]'],
  ])('%s', (_, literal) => {
    expect(() => parseExportedLiteral(wrapped(literal))).toThrow(OctobarError);
  });

  test('nesting without end', () => {
    expect(() => parseExportedLiteral(wrapped('['.repeat(100_000)))).toThrow(/too deeply/);
  });

  test('a script without exports', () => {
    expect(() => parseExportedLiteral('var a = 1;')).toThrow(/exports no literal/);
  });
});
