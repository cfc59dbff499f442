/** A seat of a joint review in words. */
import type { SeatTold } from '@/api/cases'

/** `第 2 席,权重 3,一票否决;王五加签`; empty for an ordinary task. */
export function seatText(told: SeatTold): string {
  const seat = [
    told.seat ? `第 ${told.seat} 席` : '',
    told.weight ? `权重 ${told.weight}` : '',
    told.veto ? '可一票否决' : '',
  ].filter(Boolean)
  const asked = told.asked_by ? `由${told.asked_by}${told.added ?? ''}` : ''
  return [seat.join(','), asked].filter(Boolean).join(';')
}
