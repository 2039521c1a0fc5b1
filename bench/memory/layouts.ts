/** A shape of the paths in the tree of a store. */
export interface Layout {
  readonly name: string;
  readonly example: string;
  readonly pathOf: (index: number) => string;
}

const uuidOf = (index: number) => `${index.toString(16).padStart(8, '0')}-e29b-41d4-a716-446655440000`;

export const layouts: readonly Layout[] = [
  { name: 'side by side', example: '/junk/:number', pathOf: index => `/junk/${index}` },
  { name: 'long names', example: '/users/:uuid', pathOf: index => `/users/${uuidOf(index)}` },
  {
    name: 'in groups',
    example: '/halls/:hall/groups/:group/members/:member',
    pathOf: index => `/halls/${Math.floor(index / 100_000)}/groups/${Math.floor(index / 10)}/members/${index % 10}`,
  },
];
