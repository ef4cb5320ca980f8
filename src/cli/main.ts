#!/usr/bin/env node
import { loadBundle } from './bundle.js';

const { runCli, processTerminal } = loadBundle()?.entry ?? (await import('./entry.js'));
process.exitCode = await runCli(process.argv.slice(2), processTerminal);
