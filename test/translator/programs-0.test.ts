import { compareShare } from './share.js';

compareShare(0, 1000);
