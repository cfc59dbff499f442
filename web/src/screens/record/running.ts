/** Only a running case has days left; a decided or withdrawn one has none to show. */
export const isRunning = (status: string): boolean => status === 'open' || status === 'correcting'
