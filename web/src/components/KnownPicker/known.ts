/** A moment of knowing is picked as a day first: its end, unless an hour is said. */
export function endOfDay(): Date {
  return new Date(2000, 0, 1, 23, 59, 59)
}

/** Nothing is known of days to come. */
export function isLater(day: Date, now = Date.now()): boolean {
  return day.getTime() > now
}
