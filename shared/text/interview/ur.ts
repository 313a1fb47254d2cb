import type { english } from './en.ts';

export const urdu: Readonly<Record<keyof typeof english, string>> = {
  category: '{authority} کے پاس کون رجسٹر ہو رہا ہے؟',
  address: 'کیا آپ کی انٹرنیٹ لائن کا اپنا ایڈریس ہے جو کبھی نہیں بدلتا؟',
  address_help:
    'یہ آپ کے انٹرنیٹ فراہم کنندہ کے معاہدے میں لکھا ہوتا ہے، اکثر ”سٹیٹک آئی پی“ یا ”فکسڈ آئی پی“ کے نام سے۔ یہاں سے یقین کے ساتھ معلوم نہیں ہو سکتا۔',
  address_fixed: 'ہاں: مستقل (سٹیٹک) ایڈریس ہے',
  address_dynamic: 'نہیں: کبھی کبھی بدل جاتا ہے',
  address_cgnat: 'نہیں: فراہم کنندہ ایک ہی ایڈریس کئی صارفین کو دیتا ہے',
  address_unknown: 'مجھے معلوم نہیں',
  route: 'آپ کس طریقے سے رجسٹر ہونا چاہتے ہیں؟',
  applicant: 'کیا یہ اب بھی درست ہے؟',
  applicant_help: 'یہ آپ کی پچھلی رجسٹریشن سے معلوم ہے۔ ”نہیں“ کہنے پر ہر بات دوبارہ پوچھی جائے گی۔',
  document_one: 'اس کی فائل: {documents}',
  document_all: 'ان کی فائلیں، اسی ترتیب سے: {documents}',
  document_any: 'ان میں سے ایک کافی ہے: {documents}',
  document_there: '{count, plural, one {یہاں محفوظ ہے} other {# فائلیں یہاں محفوظ ہیں}}',
  too_many_files: '”{document}“ کے لیے فائلیں زیادہ ہیں: زیادہ سے زیادہ {most}۔',
};
