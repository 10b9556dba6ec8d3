// What all plots share: writing that grows with the page, and a legend that is never empty.

/** The root's font size against the usual one: a 4K screen is far away. */
export function scale() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

/** The font of axes; a canvas takes no rem. */
export function font() {
  return `${Math.round(12 * scale())}px ${getComputedStyle(document.documentElement).fontFamily}`;
}

/** The newest values, for as long as nobody points at others. */
function newest(u) {
  if (u.cursor.idx === null || u.cursor.idx === undefined) u.setLegend({ idx: u.data[0].length - 1 });
}

export const legend = { ready: [newest], setData: [newest], setCursor: [newest] };

/** The legend tells values; what a mouse alone could do there would be for some. */
export const still = { click: () => null };
