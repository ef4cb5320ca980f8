export { reportPage, reportPictures } from './page.js';
export type { Headline, ReportData, Span } from './data.js';
