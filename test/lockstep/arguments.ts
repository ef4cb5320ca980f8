/** `--name value` pairs of a script's command line; an unknown name or a missing value ends it. */
export function readArguments<T extends Record<string, number>>(defaults: T): T {
  const result: Record<string, number> = { ...defaults };
  const given = process.argv.slice(2);
  for (let i = 0; i < given.length; i += 2) {
    const name = given[i].replace(/^--/, '');
    const value = Number(given[i + 1]);
    if (!(name in defaults) || !Number.isSafeInteger(value)) {
      const usage = Object.entries(defaults).map(([key, n]) => `[--${key} ${n}]`);
      process.stderr.write(`usage: ${process.argv[1]} ${usage.join(' ')}\n`);
      process.exit(64);
    }
    result[name] = value;
  }
  return result as T;
}
