import type { english } from './en.ts';

export const urdu: Readonly<Record<keyof typeof english, string>> = {
  tunnel: 'یہ کس وی پی این کنکشن کے لیے ہے؟',
  tunnel_file: 'وہ فائل جو آپ کو وی پی این کے لیے ملی (اس کا نام .conf پر ختم ہوتا ہے)',
  tunnel_file_help:
    'کسی اور .conf فائل کا راستہ بھی لکھا جا سکتا ہے۔ اس کی خفیہ کنجیاں آپ کی کی چین میں رکھی جاتی ہیں اور کبھی بھیجی نہیں جاتیں۔',
  channel: 'درخواست کہاں دیں گے؟',
  channel_help:
    'عام طریقہ: رجسٹریشن دفتر آپ کی مدد کرتا ہے، درخواست آپ خود {authority} کو دیتے ہیں، اور فیصلہ دفتر کو دکھاتے ہیں۔',
  channel_office: '{office}، اور {authority} کا پورٹل',
  channel_portal: 'صرف {authority} کا پورٹل',
  route_found: 'یہ طریقہ مناسب ہے: {route}۔ {because}',
  declaration: 'کیا آپ یہ اقرار کرتے ہیں؟',
  consent_office: 'بھیج دیں؟',
  consent_portal: 'کیا یہ مکمل اور درست ہے؟',
  consent_yes_office: 'ہاں، جو دکھایا گیا ہے اس سے متفق ہوں: بھیج دیں',
  consent_yes_portal: 'ہاں: پورٹل کے لیے تیار کر دیں',
  consent_change: 'کچھ بدلنا یا بڑھانا ہے',
  consent_no: 'ابھی نہیں؛ میرے جواب محفوظ رکھیں',
  consent_text:
    'میں {office} ({origin}) سے درخواست کرتا/کرتی ہوں کہ یہ رجسٹریشن لے۔ جو دکھایا گیا ہے وہ یہ پروگرام انہی کو بھیجتا ہے اور کسی کو نہیں۔ وہ اسے اپنے بیان کے مطابق رکھتے ہیں: {retention}۔',
  consent_text_portal:
    'یہ پروگرام کچھ نہیں بھیجتا۔ جو دکھایا گیا ہے وہ اسی کمپیوٹر پر تیار ہوتا ہے تاکہ میں خود جمع کرا سکوں۔',
  rules: 'قواعد',
  way: 'رجسٹریشن کا طریقہ',
  applicant: 'درخواست گزار',
  vpn_server: 'وی پی این سرور',
  vpn_server_at: '{host}، پورٹ {port}، عوامی کنجی {key}',
  this_computer: 'یہ کمپیوٹر',
  this_computer_key: 'اس کی عوامی کنجی',
  nothing_secret: 'کوئی خفیہ کنجی نہیں بھیجی جاتی، نہ آپ کے انٹرنیٹ استعمال کی کوئی بات۔',
  kept_as: 'وہ اسے اپنے بیان کے مطابق رکھتے ہیں: {retention}۔',
  by_yourself: 'یہ آپ خود {authority} کے پورٹل پر جمع کراتے ہیں؛ یہ پروگرام وہاں کچھ نہیں بھیجتا۔',
  change: 'کیا بدلنا یا بڑھانا ہے؟',
  change_blank: 'خالی ہے',
  document_type: '”{document}“ ان میں سے ایک قسم کی فائل ہونی چاہیے: {types}۔',
  stamp_purpose: '{authority} کے پاس وی پی این رجسٹریشن',
};
