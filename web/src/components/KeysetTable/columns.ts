/** One column of a list; its cell is drawn by the slot `cell-<id>` or as plain text. */
export interface Column {
  id: string
  title: string
  width?: string
  /** Right-aligned, tabular numerals. */
  figure?: boolean
  /** Long text may break; otherwise it is cut with dots. */
  wrap?: boolean
}
