import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { profileJsonSchema } from '#shared/registration/authority-profile/json-schema.ts';

/** authority/profile.schema.json anew, after a change of the profile's schema. */
const file = 'authority/profile.schema.json';
const options = { ...(await resolveConfig(file)), filepath: file };
writeFileSync(file, await format(JSON.stringify(profileJsonSchema()), options));
