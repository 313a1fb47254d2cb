import type { english } from './en.ts';

export const urdu: Readonly<Record<keyof typeof english, string>> = {
  yes: 'ہاں',
  no: 'نہیں',
  back: 'واپس جائیں',
  example: 'مثلاً: {example}',
  leave_out: 'چھوڑنا ہو تو خالی رہنے دیں۔',
  take_default: 'اسی کے لیے خالی رہنے دیں: {value}',
  go_back: '< لکھنے سے آپ ایک سوال پیچھے جاتے ہیں۔',
  type_choice: 'نمبر لکھیں۔',
  type_files:
    'فائلوں کے راستے لکھیں، درمیان میں خالی جگہ چھوڑ کر؛ جس راستے میں خالی جگہ ہو اسے واوین میں لکھیں۔ فائلیں ٹرمینل میں کھینچ کر بھی ڈالی جا سکتی ہیں۔',
  type_kinds: 'اگر یہ پہلی قسم کے علاوہ کچھ ہے تو بتائیں: {example}',
  stored_encrypted:
    'یہ یہاں خفیہ شکل میں رکھی جاتی ہیں، اور آپ کو دکھائے بغیر کہ کیا اور کسے، کچھ نہیں بھیجا جاتا۔',
  stamped: 'شناختی دستاویز کی نقل بھیجنے سے پہلے اس پر مقصد، وصول کنندہ اور تاریخ کی مہر لگائی جاتی ہے۔',
  not_a_number: '1 سے {count} تک کوئی نمبر لکھیں۔',
  quote_open: 'واوین کھلی ہے، بند نہیں کی گئی۔',
  kept_so_far: 'رک گئے۔ اب تک کے جواب محفوظ ہیں۔',
  go_on: 'جہاں رکے تھے وہیں سے آگے بڑھیں: sanad register --resume',
  going_on: '{day} کی درخواست جاری ہے۔ نئی شروع کرنے کے لیے: sanad register --new',
  asked_count: '{count} سوال پوچھے گئے۔',
  sent_to: 'یہ {name} ({address}) کو بھیجا جاتا ہے:',
  filed_at: 'یہ آپ خود {name} ({address}) کے پاس جمع کراتے ہیں:',
  documents: 'دستاویزات',
  copy_stamped: 'مہر لگی نقل',
  consent_heading: 'آپ اس سے اتفاق کرتے ہیں:',
  complete: '{percent} % مکمل۔',
  sending: 'بھیجا جا رہا ہے، {of} میں سے حصہ {done}',
  portal_next: 'اب پورٹل پر جمع کرائیں: {url}',
  other_file: 'کوئی اور .conf فائل',
};
