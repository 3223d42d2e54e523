import type { Catalogue } from '../ports/store.ts'
import type {
  DeadDocument,
  DeploymentDocument,
  HaltDocument,
  LayoutDocument,
  LeaseDocument,
  RebuiltDocument,
  RedrivenDocument,
  RejectionsDocument,
  ResumptionDocument,
  ToldDocument,
} from './documents/operations.ts'
import type {
  ConcentrationCell,
  FavoriteDocument,
  FunnelCell,
  InboxDocument,
  InterestDocument,
  InterestTermDocument,
  NeedDocument,
  NeedsCell,
  NeedTermDocument,
  NoticesDocument,
  PartnerCounts,
  PartnerDocument,
  PopulationCell,
  ReasonsCell,
} from './documents/read-models.ts'
import type {
  CapacityDocument,
  ContactDocument,
  ProfileDocument,
  ReceiptDocument,
  ReferralDocument,
  RfiDocument,
  WeightsDocument,
} from './documents/referrals.ts'

export type Collections = {
  profiles: ProfileDocument
  weights: WeightsDocument
  rfis: RfiDocument
  referrals: ReferralDocument
  receipts: ReceiptDocument
  contacts: ContactDocument
  inbox: InboxDocument
  partners: PartnerDocument
  interests: InterestDocument
  interestTerms: InterestTermDocument
  cells: FunnelCell | ReasonsCell | NeedsCell | ConcentrationCell | PopulationCell
  favorites: FavoriteDocument
  notices: NoticesDocument
  partnerCounts: PartnerCounts
  needs: NeedDocument
  needTerms: NeedTermDocument
  capacity: CapacityDocument
  leases: LeaseDocument
  dead: DeadDocument
  redriven: RedrivenDocument
  halts: HaltDocument
  rejections: RejectionsDocument
  layouts: LayoutDocument
  deployment: DeploymentDocument
  resumptions: ResumptionDocument
  told: ToldDocument
  rebuilt: RebuiltDocument
}

const changed = ['changed.lane', 'changed.offset'] as const

/** Every collection with the indexes its queries need. */
export const collections: Catalogue<Collections> = {
  profiles: { indexes: [changed] },
  weights: { indexes: [changed] },
  rfis: { indexes: [['outcome']] },
  referrals: {
    indexes: [
      ['root'],
      ['customerKey', 'status', 'routedAt'],
      ['profileId', 'status'],
      // By id too: a campaign may set one deadline for a hundred thousand, and the clock pages through them.
      ['nextDueAt', '_id'],
    ],
  },
  receipts: { indexes: [] },
  contacts: { indexes: [] },
  // By id too: the latest of a tab are then read off the index, however many rows a partner has.
  inbox: { indexes: [['partnerId', 'tab', 'routedAt', '_id']] },
  partners: { indexes: [changed] },
  interests: { indexes: [changed] },
  interestTerms: { indexes: [] },
  cells: { indexes: [['kind', 'by', 'span', 'period'], changed] },
  favorites: { indexes: [['partnerId', 'routedAt', '_id']] },
  notices: { indexes: [] },
  // The partners of most referrals.
  partnerCounts: { indexes: [['routed', '_id']] },
  needs: { indexes: [['occurredAt', '_id']] },
  needTerms: { indexes: [['month', 'count', '_id']] },
  capacity: { indexes: [] },
  leases: { indexes: [['until']] },
  // Newest first, by any of the filters; by id too, so that pages meet where many have one time.
  dead: {
    indexes: [
      ['timestamp', '_id'],
      ['code', 'timestamp', '_id'],
      ['topic', 'timestamp', '_id'],
      ['topic', 'code', 'timestamp', '_id'],
    ],
    expires: true,
  },
  redriven: { indexes: [] },
  halts: { indexes: [] },
  rejections: { indexes: [] },
  layouts: { indexes: [] },
  deployment: { indexes: [] },
  resumptions: { indexes: [] },
  told: { indexes: [] },
  rebuilt: { indexes: [] },
}
