/** The style sheet of the page: light, dark, and paper. */
import { colourRules } from './colours.js';

export const baseStyle = `
:root{--paper:#fff;--page:#f5f6f8;--ink:#1c232d;--soft:#5c6775;--line:#dde1e7;--track:#eef0f4;--accent:#2f6fde;--band:#2f6fde}
:root[data-theme=dark]{--paper:#161b22;--page:#0d1117;--ink:#e6eaf0;--soft:#97a3b1;--line:#2d343e;--track:#1d232c;--accent:#5b93f5;--band:#8fb4f8}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header,nav,main{max-width:1200px;margin:0 auto;padding:0 24px}
header{display:flex;justify-content:space-between;align-items:flex-start;padding-top:28px}
h1{font-size:26px;line-height:1.25;margin:0;font-weight:650;overflow-wrap:anywhere}
h2{font-size:19px;margin:0 0 2px;font-weight:650}
h3{font-size:15px;margin:18px 0 6px}
header p{margin:2px 0 0;color:var(--soft)}
button{font:inherit;font-size:13px;color:var(--soft);background:none;border:1px solid var(--line);border-radius:6px;padding:4px 10px;cursor:pointer;white-space:nowrap}
nav{padding-top:10px;padding-bottom:14px;font-size:13px}
nav a{color:var(--accent);text-decoration:none;margin-right:16px;white-space:nowrap}
nav a:hover{text-decoration:underline}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:18px 20px 20px;margin:0 0 18px;overflow-x:auto}
.lead{margin:0 0 14px;color:var(--soft);max-width:880px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px;margin-bottom:18px}
.card{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
.card span,.card small{display:block;color:var(--soft);font-size:13px}
.card b{display:block;font-size:23px;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}
svg{display:block;max-width:100%;height:auto;font-size:12px;font-family:inherit}
svg text{fill:var(--ink);font-variant-numeric:tabular-nums}
svg .label{font-size:12.5px}
svg .note,svg .tick,svg .axis-label{fill:var(--soft);font-size:12px}
svg .tiny{fill:var(--soft);font-size:10.5px}
svg .on-bar{fill:#fff;font-size:12px;font-weight:600;pointer-events:none}
svg .on-pale{fill:var(--soft);font-size:12px;pointer-events:none}
svg .track{fill:var(--track)}
svg .axis{stroke:var(--soft);stroke-width:1}
svg .grid{stroke:var(--line);stroke-width:1}
svg .slope{stroke:var(--soft);stroke-width:1.4;stroke-dasharray:6 4}
svg .slope-label{fill:var(--soft);font-size:11.5px}
svg .point{stroke:var(--paper);stroke-width:2}
svg .point-label{font-weight:600;font-size:13px;paint-order:stroke;stroke:var(--paper);stroke-width:4px}
svg .span-even{fill:var(--band);fill-opacity:.07}
svg .span-odd{fill:var(--band);fill-opacity:.15}
svg .span-head{fill:var(--band);fill-opacity:.12}
svg .span-label{font-size:12px;font-weight:600}
svg .cursor{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3;pointer-events:none}
svg .brush{fill:var(--accent);fill-opacity:.18;pointer-events:none}
svg .frame{cursor:pointer}
svg .frame rect{stroke:var(--paper);stroke-width:.6}
svg .frame:hover rect{stroke:var(--ink);stroke-width:1.2}
svg .frame-label{font-size:11.5px;pointer-events:none}
svg .hot{fill:#d8504f}
svg .paper{fill:var(--paper)}
.chart{position:relative}
.tip{position:absolute;top:0;pointer-events:none;background:var(--paper);border:1px solid var(--line);border-radius:8px;box-shadow:0 4px 18px rgba(0,0,0,.18);padding:8px 12px;font-size:12.5px;line-height:1.45;white-space:pre;z-index:2;font-variant-numeric:tabular-nums}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0 0;padding:0;font-size:12.5px;color:var(--soft)}
.legend i,.swatch{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px;vertical-align:-1px}
table{border-collapse:collapse;font-size:13px;margin-top:14px;font-variant-numeric:tabular-nums}
th{color:var(--soft);font-weight:500;text-align:left;border-bottom:1px solid var(--line);padding:3px 16px 3px 0;white-space:nowrap;vertical-align:bottom}
td{padding:3px 16px 3px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
tr:last-child td{border-bottom:0}
.numbers td+td,.numbers th+th,.functions td:nth-child(n+2):nth-child(-n+5),.functions th:nth-child(n+2):nth-child(-n+5){text-align:right}
.settings td:first-child{color:var(--soft)}
.settings thead{display:none}
.columns{display:flex;flex-wrap:wrap;gap:10px 48px;align-items:flex-start}
.engine+.engine{margin-top:22px;border-top:1px solid var(--line)}
.counters{display:flex;flex-wrap:wrap;gap:4px 26px;margin:14px 0 0;font-size:12.5px;font-variant-numeric:tabular-nums}
.counters div{display:flex;gap:7px}
.counters dt{color:var(--soft)}
.counters dd{margin:0}
.notes{color:var(--soft);font-size:13px;margin:12px 0 0;padding-left:18px}
.file{margin-top:10px}
summary{cursor:pointer}
.code{width:100%}
.code td,.code th{padding:0 10px 0 0;border:0;white-space:nowrap;line-height:1.45}
.code .bar svg{max-width:none}
.code .number{text-align:right}
.code .why{color:var(--soft);font-size:12px}
.code .line{width:99%;white-space:pre;font:12.5px/1.45 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
.code .line span{display:inline-block;min-width:46px;color:var(--soft);text-align:right;margin-right:14px}
.code .cold{color:var(--soft)}
.code code{font:inherit}
.code .gap td{color:var(--soft);line-height:1}
@media print{
:root,:root[data-theme=dark]{--paper:#fff;--page:#fff;--ink:#000;--soft:#444;--line:#ccc;--track:#eee}
nav,button,.tip{display:none}
body{font-size:12px}
section{break-inside:avoid;border:0;padding:8px 0}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;

export function pageStyle(): string {
  return [
    baseStyle,
    colourRules('light', ':root'),
    // Paper is light.
    `@media screen{\n${colourRules('dark', ':root[data-theme=dark]')}\n}`,
  ].join('\n');
}
