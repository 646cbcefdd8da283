export { ofdJs, openBrowser, showOfd } from './browser.ts';
export { ofdrw } from './ofdrw.ts';
