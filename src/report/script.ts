/**
 * The script of the page: theme, hover and zoom of the timeline, zoom of the flame graph. The page says
 * everything without it. Text goes in by `textContent` only.
 */
export const pageScript = `
'use strict';
(() => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const theme = (name) => { root.dataset.theme = name; };
  theme(dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', () => theme(dark.matches ? 'dark' : 'light'));
  document.getElementById('theme').addEventListener('click', () => theme(root.dataset.theme === 'dark' ? 'light' : 'dark'));

  const grouped = (value) => String(Math.round(value)).replace(/\\B(?=(\\d{3})+$)/g, ',');
  const chart = document.getElementById('timeline');
  const holder = document.getElementById('timeline-data');
  if (chart && holder) timeline(chart, JSON.parse(holder.textContent));
  const flame = document.getElementById('flame');
  if (flame) zoomable(flame);

  function timeline(box, data) {
    const svg = box.querySelector('svg');
    const plot = document.getElementById('timeline-plot');
    const axis = document.getElementById('timeline-axis');
    const cursor = document.getElementById('timeline-cursor');
    const brush = document.getElementById('timeline-brush');
    const tip = document.getElementById('timeline-tip');
    const height = Number(plot.getAttribute('height'));
    const first = data.borders[0];
    const last = data.borders[data.borders.length - 1];
    let view = [first, last];
    let pressed = null;
    const toX = (event) => {
      const frame = svg.getBoundingClientRect();
      const x = (event.clientX - frame.left) * svg.viewBox.baseVal.width / frame.width;
      return Math.min(Math.max(x, data.left), data.left + data.plot);
    };
    const toCycle = (x) => view[0] + (x - data.left) / data.plot * (view[1] - view[0]);
    const binAt = (cycle) => {
      let low = 0, high = data.borders.length - 2;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (data.borders[middle] <= cycle) low = middle; else high = middle - 1;
      }
      return low;
    };
    const rowAt = (event) => {
      const y = (event.clientY - svg.getBoundingClientRect().top) * svg.viewBox.baseVal.height / svg.getBoundingClientRect().height;
      const tracks = plot.querySelectorAll('rect.track');
      for (let i = 0; i < tracks.length; i++) {
        const from = Number(tracks[i].getAttribute('y'));
        if (y >= from - 2 && y < from + Number(tracks[i].getAttribute('height')) + 2) return data.rows[i];
      }
      return undefined;
    };
    const show = (from, to) => {
      view = [from, to];
      const scale = data.plot / (last - first);
      plot.setAttribute('viewBox', (from - first) * scale + ' 0 ' + (to - from) * scale + ' ' + height);
      for (const label of plot.querySelectorAll('text')) label.style.display = from === first && to === last ? '' : 'none';
      for (const old of axis.querySelectorAll('g')) old.remove();
      const raw = (to - from) / 8;
      const power = 10 ** Math.floor(Math.log10(raw));
      const step = Math.max(1, [1, 2, 5, 10].map((f) => f * power).find((s) => s >= raw));
      for (let c = Math.ceil(from / step) * step; c <= to; c += step) {
        const x = data.left + data.plot * (c - from) / (to - from);
        const group = add(axis, 'g', {});
        add(group, 'line', { x1: x, x2: x, y1: height, y2: height + 4, class: 'axis' });
        add(group, 'text', { x, y: height + 17, class: 'tick', 'text-anchor': 'middle' }).textContent = grouped(c);
      }
    };
    const add = (parent, name, attributes) => {
      const made = document.createElementNS('http://www.w3.org/2000/svg', name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      parent.append(made);
      return made;
    };
    svg.addEventListener('pointermove', (event) => {
      const x = toX(event);
      cursor.setAttribute('x1', x);
      cursor.setAttribute('x2', x);
      cursor.setAttribute('visibility', 'visible');
      if (pressed !== null) {
        brush.setAttribute('x', Math.min(x, pressed));
        brush.setAttribute('width', Math.abs(x - pressed));
        brush.setAttribute('visibility', 'visible');
      }
      const cycle = toCycle(x);
      const bin = binAt(cycle);
      const lines = ['cycle ' + grouped(data.borders[bin]) + ' to ' + grouped(data.borders[bin + 1])];
      for (const [name, from, to] of data.spans) if (cycle >= from && cycle < to) lines[0] += '  ' + name;
      const row = rowAt(event);
      if (row) {
        lines.push(row.name);
        for (const part of row.parts) if (part.share[bin] > 0) lines.push('  ' + (part.share[bin] / 10).toFixed(1) + ' %  ' + part.key);
      }
      tip.textContent = lines.join('\\n');
      tip.hidden = false;
      const frame = box.getBoundingClientRect();
      const at = event.clientX - frame.left;
      tip.style.left = (at > frame.width / 2 ? at - tip.offsetWidth - 16 : at + 16) + 'px';
      tip.style.top = Math.max(0, event.clientY - frame.top + 14) + 'px';
    });
    svg.addEventListener('pointerleave', () => {
      tip.hidden = true;
      cursor.setAttribute('visibility', 'hidden');
    });
    svg.addEventListener('pointerdown', (event) => { pressed = toX(event); event.preventDefault(); });
    addEventListener('pointerup', (event) => {
      if (pressed === null) return;
      const ends = [toCycle(pressed), toCycle(toX(event))].sort((a, b) => a - b);
      const wide = Math.abs(toX(event) - pressed);
      pressed = null;
      brush.setAttribute('visibility', 'hidden');
      if (wide > 4 && ends[1] - ends[0] >= 4) show(ends[0], ends[1]);
    });
    svg.addEventListener('dblclick', () => show(first, last));
  }

  function zoomable(box) {
    const width = box.querySelector('svg').viewBox.baseVal.width;
    const frames = [...box.querySelectorAll('.frame')].map((group) => ({
      group, rect: group.querySelector('rect'), text: group.querySelector('text'),
      x: Number(group.dataset.x), w: Number(group.dataset.w), d: Number(group.dataset.d), name: group.dataset.n,
    }));
    const zoom = (target) => {
      const scale = width / target.w;
      for (const frame of frames) {
        const inside = frame.x + frame.w > target.x + 0.001 && frame.x < target.x + target.w - 0.001;
        frame.group.style.display = inside ? '' : 'none';
        if (!inside) continue;
        const from = Math.max((frame.x - target.x) * scale, 0);
        const to = Math.min((frame.x + frame.w - target.x) * scale, width);
        frame.rect.setAttribute('x', from);
        frame.rect.setAttribute('width', Math.max(to - from - 0.6, 0.3));
        frame.text.setAttribute('x', from + 5);
        const room = Math.floor((to - from - 8) / 6.6);
        frame.text.textContent = frame.name.length <= room ? frame.name : room > 3 ? frame.name.slice(0, room - 1) + '\\u2026' : '';
      }
    };
    for (const frame of frames) frame.group.addEventListener('click', () => zoom(frame));
  }
})();
`;
