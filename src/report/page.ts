/**
 * `--report`: a run as one page of HTML that needs nothing else: no network, no other file. What the guest
 * controls (symbols, file names, metrics, source text) is text and never markup.
 */
import { createHash } from 'node:crypto';
import type { ReportData, Section } from './data.js';
import { element, group, Markup } from './markup.js';
import { pageScript } from './script.js';
import { arraySection } from './sections/arrays.js';
import { bankSection } from './sections/banks.js';
import { energySection } from './sections/energy.js';
import { flameSection } from './sections/flame.js';
import { overview, runSection } from './sections/overview.js';
import { rooflineSection } from './sections/roofline.js';
import { sourceSection } from './sections/source.js';
import { stallSection } from './sections/stalls.js';
import { timelineSection } from './sections/timeline.js';
import { standalone } from './standalone.js';
import { pageStyle } from './style.js';
import { grouped } from './units.js';

const sectionsOf = (data: ReportData): Section[] =>
  [
    timelineSection(data),
    stallSection(data),
    flameSection(data),
    sourceSection(data),
    energySection(data),
    rooflineSection(data),
    bankSection(data),
    arraySection(data),
    runSection(data),
  ].filter((section) => section !== undefined);

/** The pictures of the page as SVG files that stand alone: by name, for slides and documents. */
export function reportPictures(data: ReportData): Map<string, string> {
  return new Map(
    sectionsOf(data).flatMap(({ id, picture }) =>
      picture === undefined ? [] : [[id, standalone(picture)] as const],
    ),
  );
}

export function reportPage(data: ReportData): string {
  const sections = sectionsOf(data);
  const style = pageStyle();
  const { from, to } = data.window;
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    // Only our own style and script, by their digests: nothing is fetched, nothing else runs.
    element('meta', {
      'http-equiv': 'Content-Security-Policy',
      content: `default-src 'none'; style-src '${digest(style)}'; script-src '${digest(pageScript)}'; base-uri 'none'; form-action 'none'`,
    }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('title', {}, `${data.title} - octobar`),
    new Markup(`<style>${style}</style>`),
  );
  const body = element(
    'body',
    {},
    element(
      'header',
      {},
      element(
        'div',
        {},
        element('h1', {}, data.title),
        element('p', {}, `cycles ${grouped(from)} to ${grouped(to)}`),
      ),
      element('button', { id: 'theme', type: 'button', title: 'light or dark' }, 'light / dark'),
    ),
    element(
      'nav',
      {},
      ...sections.map(({ id, title }) => element('a', { href: `#section-${id}` }, title)),
    ),
    element('main', {}, overview(data), ...sections.map(sectionMarkup)),
    new Markup(`<script>${pageScript}</script>`),
  );
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, body).text}\n`;
}

const sectionMarkup = ({ id, title, lead, body }: Section): Markup =>
  element(
    'section',
    { id: `section-${id}` },
    element('h2', {}, title),
    element('p', { class: 'lead' }, lead),
    group(body),
  );

const digest = (content: string): string =>
  `sha256-${createHash('sha256').update(content).digest('base64')}`;
