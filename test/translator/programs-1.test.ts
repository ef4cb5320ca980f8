import { compareShare } from './share.js';

compareShare(1000, 1000);
