import * as z from 'zod';
import { gatewayFiles } from '../configuration.ts';

/** The names in a backup, which are those in a gateway's directory, and what is beside them. */
export const backupFiles = {
  manifest: 'manifest.json',
  public: [gatewayFiles.configuration, gatewayFiles.anchor, gatewayFiles.keySet],
  privateDirectories: [
    gatewayFiles.issuerDirectory,
    gatewayFiles.storageDirectory,
    gatewayFiles.documentDirectory,
  ],
  /** Public too; a gateway from before there were profiles has none. */
  publicDirectories: [gatewayFiles.profileDirectory],
} as const;

export const manifestSchema = z.strictObject({
  ver: z.literal(1),
  origin: z.string(),
  made_at: z.int(),
  /** Where the cases are: in this backup, or in PostgreSQL's own. */
  cases: z.enum(['sqlite', 'postgresql']),
});
export type Manifest = z.infer<typeof manifestSchema>;
