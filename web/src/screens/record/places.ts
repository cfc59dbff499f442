import type { CaseRecord } from '@/api/cases'
import type { CorrectionItem } from '@/api/shapes'
import type { Place } from '@/components/ItemListEditor/ItemListEditor.vue'

/** Where a correction may point: the form's fields, the papers, the parcels of the site. */
export function placesOf(record: CaseRecord): Place[] {
  return [
    ...record.form.flatMap((group) =>
      group.fields.map((field) => ({ kind: 'field' as const, target: field.path, title: `${group.group} / ${field.title}` })),
    ),
    ...record.papers.map((paper) => ({ kind: 'paper' as const, target: paper.kind, title: paper.title })),
    ...(record.site?.parcels ?? []).map((parcel) => ({
      kind: 'vertex' as const,
      target: parcel.no,
      title: `地块 ${parcel.no}${parcel.name ? ` ${parcel.name}` : ''} 的界址点`,
    })),
  ]
}

/** Required papers that are not there: what a correction would ask for first. */
export function gapsOf(record: CaseRecord): CorrectionItem[] {
  return record.papers
    .filter((paper) => paper.required && !paper.name)
    .map((paper) => ({ kind: 'paper', target: paper.kind, text: `请补充${paper.title}。` }))
}
