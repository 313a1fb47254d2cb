import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pdfOf, pngOf } from '#test/shared/document/samples.ts';
import { exampleConf } from '../client/tunnel/example-conf.ts';
import { FREELANCER_FIELDS } from '../gateway/application-fields.ts';

/** What a freelancer has on the first day: the file of the VPN, two photographs and a letter. */
export function giveFiles(folder: string): void {
  writeFileSync(join(folder, 'office.conf'), exampleConf);
  writeFileSync(join(folder, 'front of card.png'), pngOf(640, 400));
  writeFileSync(join(folder, 'back.png'), pngOf(641, 400));
  writeFileSync(join(folder, 'letter.pdf'), pdfOf('a client says so'));
}

/** What is typed, line by line: the file, to whom, three about the way, five fields, two kinds of files, twice yes. */
export function freelancerLines(folder: string): readonly string[] {
  const { full_name: name, cnic, client_name: client, mobile_number: mobile, purpose } = FREELANCER_FIELDS;
  const [no, self, mobileData] = ['2', '1', '1'];
  return [
    join(folder, 'office.conf'),
    '1',
    ...[no, self, mobileData],
    ...[name, cnic, client, mobile, purpose],
    `"${join(folder, 'front of card.png')}" ${join(folder, 'back.png')}`,
    join(folder, 'letter.pdf'),
    ...['1', '1'],
  ];
}
