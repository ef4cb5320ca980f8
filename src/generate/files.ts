import { addressMap } from '../../emulator/interconnect/address-map.js';
import { configDocuments } from '../config/index.js';
import { registerHeader } from './c-header.js';
import { energyPage } from './energy-page.js';
import { imageHeader } from './image-header.js';
import { layerData } from './layer-data.js';
import { registerMaps } from './maps.js';
import { memoryMapHeader } from './memory-map-header.js';
import { networkHeader } from './network-header.js';
import { pulpOpenPage } from './pulp-open-page.js';
import { registerPage } from './register-page.js';

/** Folders that hold nothing but generated files, relative to the root of the project. */
export const generatedFolders = [
  'firmware/hal/generated',
  'docs/generated',
  'firmware/apps/mvm-layer/generated',
] as const;

/** All generated files: path relative to the root of the project, and contents. */
export function generatedFiles(): Map<string, string> {
  const [headers, docs, layer] = generatedFolders;
  const files = new Map<string, string>();
  for (const { map, region, source, header } of registerMaps) {
    files.set(`${headers}/${header}.h`, registerHeader(map, addressMap[region].base, source));
  }
  files.set(`${headers}/memory_map.h`, memoryMapHeader());
  files.set(`${headers}/block_image.h`, imageHeader());
  files.set(`${layer}/layer_data.S`, layerData());
  files.set(`${headers}/network_image.h`, networkHeader());
  files.set(`${docs}/registers.md`, registerPage(addressMap, registerMaps));
  files.set(`${docs}/energy.md`, energyPage());
  files.set(`${docs}/pulp-open.md`, pulpOpenPage());
  for (const { path, text } of configDocuments()) files.set(path, text);
  return files;
}
