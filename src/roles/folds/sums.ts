import type { PartnerId } from '../../domain/ids.ts'
import type { Reader } from '../../ports/store.ts'
import type { Collections } from '../collections.ts'
import type { ConcentrationCell, FunnelCell, PartnerCounts, ReasonsCell } from '../documents/read-models.ts'
import type { EffectsBuilder } from '../effects.ts'
import { cellIdOf, placesOf } from './cells.ts'
import {
  emptyConcentrationCell,
  foldConcentration,
  foldPartnerCounts,
  noPartnerCounts,
} from './concentration.ts'
import { emptyFunnelCell, foldFunnel, inFunnel } from './funnel.ts'
import type { Turn } from './inbox.ts'
import { emptyReasonsCell, foldReasons, givesReason } from './reasons.ts'

/**
 * Funnel, reasons and concentration, and the counts of each partner: a cell is read and written once, however many of a
 * batch it counts. Returns the cells that were read, `besides` among them.
 */
export async function foldSums(
  turns: readonly Turn[],
  {
    effects,
    read,
    lane,
    besides,
  }: { effects: EffectsBuilder; read: Reader<Collections>; lane: string; besides: readonly string[] },
): Promise<ReadonlyMap<string, Collections['cells']>> {
  // Made once: with every event in eight cells, their ids are what takes longest.
  const placed = turns
    .filter(({ event }) => inFunnel.has(event.type))
    .map(turn => ({
      turn,
      places: placesOf(turn).map(place => ({
        place,
        funnelId: cellIdOf('funnel', place, lane),
        reasonsId: givesReason(turn) ? cellIdOf('reasons', place, lane) : null,
      })),
    }))
  let concentration = emptyConcentrationCell(lane)
  const cellIds = new Set([...besides, concentration._id])
  for (const { places } of placed)
    for (const { funnelId, reasonsId } of places) {
      cellIds.add(funnelId)
      if (reasonsId !== null) cellIds.add(reasonsId)
    }
  const stored = await read.get('cells', [...cellIds])
  const known = stored.get(concentration._id)
  if (known?.kind === 'concentration') concentration = known
  const cells = new Map<string, FunnelCell | ReasonsCell | ConcentrationCell>()

  for (const { turn, places } of placed)
    for (const { place, funnelId, reasonsId } of places) {
      const cell = cells.get(funnelId) ?? stored.get(funnelId)
      cells.set(funnelId, foldFunnel(cell?.kind === 'funnel' ? cell : emptyFunnelCell(place, lane), turn))
      if (reasonsId === null) continue
      const reasons = cells.get(reasonsId) ?? stored.get(reasonsId)
      cells.set(
        reasonsId,
        foldReasons(reasons?.kind === 'reasons' ? reasons : emptyReasonsCell(place, lane), turn),
      )
    }

  // Whose the row is, whatever a later event says.
  const ownerOf = ({ after, event }: Turn) => after.partnerId ?? event.partnerId
  const partnerIds = new Set(turns.map(ownerOf))
  const countsBefore = await read.get('partnerCounts', [...partnerIds])
  const countsAfter = new Map<PartnerId, PartnerCounts>()
  for (const turn of turns) {
    const partnerId = ownerOf(turn)
    const before = countsAfter.get(partnerId) ?? countsBefore.get(partnerId) ?? noPartnerCounts(partnerId)
    const after = foldPartnerCounts(before, turn)
    if (after === before) continue
    countsAfter.set(partnerId, after)
    concentration = foldConcentration(concentration, before, after)
    cells.set(concentration._id, concentration)
  }
  for (const document of cells.values()) effects.write({ kind: 'put', collection: 'cells', document })
  for (const document of countsAfter.values())
    effects.write({ kind: 'put', collection: 'partnerCounts', document })
  return stored
}
