/** Makes a report of as many registrations as asked, each with a certificate and a VPN server of its own, and its anchor. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listName } from '#shared/report/compose.ts';
import { issueStatusList, makeEndpoint, NOW } from '#test/shared/registration/issue.ts';
import {
  certificateOf,
  fileOf,
  makeReportScene,
  registrationOf,
  reportOf,
  sourcesOf,
} from '#test/shared/report/make-report.ts';

const [, , folder = '', count = '0'] = process.argv;
const scene = makeReportScene();
const { gateway, device } = scene;
const registrations = Array.from({ length: Number(count) }, (_, index) => {
  const registration = randomUUID();
  const endpoints = [makeEndpoint(`vpn${index}.example`)];
  const certificates = [certificateOf(scene, { sub: registration, endpoints, index })];
  return registrationOf(scene, { registration, label: `office ${index}`, certificates });
});
// A list of a million, of which every three-hundredth that is not ours is revoked.
const statuses = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [20_000 + n * 300, 1 as const]));
const list = issueStatusList(gateway, { size: 1_000_000, statuses });
const statusLists = [{ of: listName(gateway.origin, gateway.statusListUri), issuedAt: NOW - 60, text: list }];
const report = reportOf(sourcesOf(scene, { registrations, statusLists }));
writeFileSync(join(folder, 'report.json'), fileOf(report, device));
writeFileSync(join(folder, 'anchor.json'), JSON.stringify(gateway.anchor));
