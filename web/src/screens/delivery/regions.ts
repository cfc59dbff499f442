/** Regions that hold all of some findings: their village, their town, the county. */
export interface Place {
  code: string
  name: string
}

const TOWN = 9

/** From the narrowest to the widest; the county always, villages and towns only where every finding lies in them. */
export function regionsOf(chosen: { village: string | null; village_name: string | null }[], county: Place): Place[] {
  const villages = [...new Set(chosen.map((each) => each.village ?? ''))]
  const towns = [...new Set(villages.map((code) => code.slice(0, TOWN)))]
  const found: Place[] = []
  if (villages.length === 1 && villages[0]) found.push({ code: villages[0], name: chosen[0]!.village_name || '所在村' })
  if (towns.length === 1 && towns[0]!.length === TOWN) found.push({ code: towns[0]!, name: '所在乡镇' })
  return [...found, { code: county.code, name: county.name }]
}
