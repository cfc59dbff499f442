/** The ground of a matrix cell: deeper the larger the flow; nothing where nothing flowed. Square root keeps small flows visible. */
export function shade(value: number, largest: number): string {
  if (value <= 0 || largest <= 0) return 'transparent'
  const strength = Math.min(1, Math.sqrt(value / largest))
  return `rgba(201, 133, 0, ${(0.08 + strength * 0.42).toFixed(3)})`
}
