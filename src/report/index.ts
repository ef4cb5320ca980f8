export { reportPage, reportPictures } from './page.js';
export type { ReportData, Span } from './data.js';
