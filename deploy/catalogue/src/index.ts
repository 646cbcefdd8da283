export { type Catalogue, type NodeCatalogue, readCatalogue } from './catalogue.ts';
export { CatalogueError, type Problem } from './problem.ts';
