// How times are written: as in the report, in UTC, days counted from the scenario's first.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
export const DAY = 86400;

const two = (n) => String(n).padStart(2, "0");

export function dayNumber(s, start) {
  return Math.floor(s / DAY) - Math.floor(start / DAY) + 1;
}

export function clock(s) {
  const d = new Date(s * 1000);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

export function shortDate(s) {
  const d = new Date(s * 1000);
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()].slice(0, 3)}`;
}

export function longDate(s) {
  const d = new Date(s * 1000);
  return `${WEEKDAYS[d.getUTCDay()]} ${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]} ${d.getUTCFullYear()}`;
}

/** when writes "Day 3 · 16:00". */
export function when(s, start) {
  return `Day ${dayNumber(s, start)} · ${clock(s)}`;
}

export function raft(t) {
  const shown = Math.max(t, 0);
  if (shown >= 60000) return `${(shown / 60000).toFixed(1)} min`;
  return shown >= 1000 ? `${(shown / 1000).toFixed(3)} s` : `${shown.toFixed(1)} ms`;
}
