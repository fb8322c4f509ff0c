/** Figures and times as people read them. */

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = String(seconds % 60).padStart(2, "0");
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}

/** For spoken and written sentences: `3 min`, `2 h 5 min`. */
export function durationWords(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return `${Math.floor(Math.max(0, ms) / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** How long it is expected to take, between two lengths: `20–50 s`, `1–3 min`, `under 10 s`; whole minutes above two. */
export function betweenWords(leastMs: number, mostMs: number): string {
  if (mostMs < 10_000) return "under 10 s";
  const [unit, step, name] = mostMs < 120_000 ? [1_000, 10, "s"] : mostMs < 7_200_000 ? [60_000, 1, "min"] : [3_600_000, 1, "h"];
  const most = Math.ceil(mostMs / unit / step) * step;
  const least = Math.floor(leastMs / unit / step) * step;
  return least === 0 ? `under ${most} ${name}` : least === most ? `${most} ${name}` : `${least}–${most} ${name}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    } catch {
      format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
    }
    formats.set(key, format);
  }
  return format;
}

export function timeOfDay(ms: number, zone: string): string {
  return formatOf(zone, { hour: "2-digit", minute: "2-digit" }).format(ms);
}

export function secondOfDay(ms: number, zone: string): string {
  return formatOf(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
}

/** The whole instant with the name of its zone, for tooltips. */
export function instant(ms: number, zone: string): string {
  const format = formatOf(zone, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return `${format.format(ms)} (${zone})`;
}

/** `14:05` today, `Fri 14:05` this week, `3 Nov` this year, else with the year. */
export function when(ms: number, nowMs: number, zone: string): string {
  const day = formatOf(zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  if (day.format(ms) === day.format(nowMs)) return timeOfDay(ms, zone);
  if (Math.abs(nowMs - ms) < 6 * 86_400_000) {
    return formatOf(zone, { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(ms);
  }
  const year = formatOf(zone, { year: "numeric" });
  if (year.format(ms) === year.format(nowMs)) return formatOf(zone, { day: "numeric", month: "short" }).format(ms);
  return formatOf(zone, { day: "numeric", month: "short", year: "numeric" }).format(ms);
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
