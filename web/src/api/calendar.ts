/** The working days of a region: named days of a year, notices loaded, and loading one more. */
import { get, upload } from './client'

export interface WorkCalendar {
  region: string
  year: number
  announced: boolean
  last_year: number
  days: { day: string; name: string; free: boolean }[]
  notices: { name: string; region: string; region_name: string; year: number; source: string; days: number }[]
  may_load: boolean
}

export const calendars = {
  read: (region: string, year: number) => get<WorkCalendar>('/calendar', { region, year }),
  load: (file: File) => {
    const form = new FormData()
    form.set('file', file)
    return upload<WorkCalendar>('/calendar/notices', form)
  },
}
