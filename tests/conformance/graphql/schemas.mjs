// The schemas that documents are run against.
import { readFileSync } from 'node:fs';

// After the examples of section 5 of the specification.
export const pets = `
directive @onQuery on QUERY
directive @onMutation on MUTATION
directive @onSubscription on SUBSCRIPTION
directive @onField on FIELD
directive @onFragment on FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @onVariable(note: String = "x", of: [Int!]) on VARIABLE_DEFINITION
directive @tag(name: String!, level: Int) repeatable on FIELD | QUERY | FRAGMENT_SPREAD

type Query {
  dog(at: FindDogInput): Dog
  findDog(searchBy: FindDogInput): Dog
  pet: Pet
  human(id: ID): Human
  catOrDog: CatOrDog
  dogOrHuman: DogOrHuman
  humanOrAlien: HumanOrAlien
  beings: [Being!]
  arguments: Arguments
  booleanList(booleanListArg: [Boolean!]): Boolean
  nonNullRequired(x: Int!, y: Int! = 2): Int
  extra: Extra
}
type Mutation { addPet(pet: PetInput!): Pet  addPets(pet: [PetInput!]!): [Pet!] }
type Subscription { newMessage(room: ID): Message  disallowedSecondRootField: Boolean  pets: Pet }
type Message { body: String  sender: String }
enum DogCommand { SIT DOWN HEEL }
enum CatCommand { JUMP }
interface Being { name(surname: Boolean): String }
interface Mammal { mother: Mammal  father: Mammal }
interface Pet implements Being { name(surname: Boolean): String }
interface Canine implements Mammal & Being { name(surname: Boolean): String  mother: Canine  father: Canine }
interface Unnamed { isTame: Boolean }
type Dog implements Pet & Being & Mammal & Canine {
  name(surname: Boolean): String
  nickname: String
  barkVolume: Int
  barks: Boolean
  doesKnowCommand(dogCommand: DogCommand!): Boolean!
  isHouseTrained(atOtherHomes: Boolean = true): Boolean!
  isAtLocation(x: Int, y: Int): Boolean
  owner: Human
  mother: Dog
  father: Dog
}
type Cat implements Pet & Being {
  name(surname: Boolean): String
  nickname: String
  meowVolume: Int
  meows: Boolean
  meowsVolume: Int
  furColor: FurColor
  doesKnowCommand(catCommand: CatCommand!): Boolean!
}
enum FurColor { BROWN BLACK TAN SPOTTED NO_FUR UNKNOWN }
union CatOrDog = Cat | Dog
interface Intelligent { iq: Int }
type Human implements Being & Intelligent {
  name(surname: Boolean): String
  pets: [Pet]
  relatives: [Human]!
  iq: Int
}
type Alien implements Being & Intelligent { name(surname: Boolean): String  numEyes: Int  iq: Int }
union DogOrHuman = Dog | Human
union HumanOrAlien = Human | Alien
input FindDogInput { name: String  owner: String }
input PetInput @oneOf { cat: CatInput  dog: DogInput  id: ID }
input CatInput { name: String!  nickname: String  meowVolume: Int = 3 }
input DogInput { name: String!  nickname: String  barkVolume: Int  tags: [[String!]] }
type Arguments {
  multipleRequirements(x: Int!, y: Int!): Int!
  booleanArgField(booleanArg: Boolean): Boolean
  floatArgField(floatArg: Float): Float
  intArgField(intArg: Int): Int
  idArgField(idArg: ID): ID
  stringArgField(stringArg: String): String
  enumArgField(enumArg: FurColor): String
  nonNullBooleanArgField(nonNullBooleanArg: Boolean!): Boolean!
  booleanListArgField(booleanListArg: [Boolean]!): [Boolean]
  nonNullBooleanListField(nonNullBooleanListArg: [Boolean!]!): [Boolean!]
  optionalNonNullBooleanArgField(optionalBooleanArg: Boolean! = false): Boolean!
  complexArgField(complexArg: ComplexInput): String
  listOfLists(of: [[Int!]!]): String
  oneOfArgField(oneOfArg: OneOfInput): String
  nonNullOneOf(oneOfArg: OneOfInput!): String
  evenArgField(even: Even, evens: [Even!]): Int
  anyArgField(any: Any): String
}
input ComplexInput {
  requiredField: Boolean!
  nonNullField: Boolean! = false
  intField: Int
  stringField: String
  booleanField: Boolean
  stringListField: [String]
  nested: ComplexInput
}
input OneOfInput @oneOf { stringField: String  intField: Int  list: [Int!] }
scalar Even
scalar Any @specifiedBy(url: "https://example.com/any")
type Extra {
  deepBox: DeepBox
  box: SomeBox
  a10: String  a9: String  a1: String  a01: String  alpha: String  Alpha: Int  beta: [Int]  gamma: [[Int!]!]
}
interface SomeBox { deepBox: SomeBox  unrelated: String }
type StringBox implements SomeBox { scalar: String  deepBox: StringBox  unrelated: String  list: [StringBox]  stringBox: StringBox  intBox: IntBox }
type IntBox implements SomeBox { scalar: Int  deepBox: IntBox  unrelated: String  list: [IntBox]  stringBox: StringBox  intBox: IntBox }
interface NonNullBox1 { scalar: String! }
type NonNullImpl implements SomeBox & NonNullBox1 { scalar: String!  unrelated: String  deepBox: SomeBox }
type DeepBox implements SomeBox { deepBox: SomeBox  unrelated: String  boxes: [SomeBox!]! }
`;

// Every kind of output: null propagation, lists of lists, abstract types, scalars from all kinds of data.
export const outputs = `
"The root."
type Query implements Node {
  id: ID!
  int: Int  float: Float  string: String  boolean: Boolean  anId: ID  color: Color  any: JSON  even: Even
  ints: [Int]  floats: [Float!]  strings: [String!]!  matrix: [[Int!]]  strict: [[Int!]!]!  colors: [Color!]
  must: Int!
  thing: Thing
  mustThing: Thing!
  things: [Thing]
  mustThings: [Thing!]!
  grid: [[Thing!]]
  node(id: ID!): Node
  nodes: [Node!]
  either: Either
  eithers: [Either]!
  echo(
    int: Int  float: Float  string: String  boolean: Boolean = true  id: ID  color: Color = GREEN  any: JSON  even: Even
    list: [Int!]  matrix: [[Int]]  input: Everything  choice: Choice  inputs: [Everything!] = [{must: 1}]
  ): JSON
  required(int: Int!, list: [String!]! = ["a", "b"], input: Everything!): JSON
}
type Mutation { first(n: Int): Thing  second(n: Int): Thing!  third(choice: Choice!): JSON }
type Subscription { ticks(every: Int! = 1): Int  things(like: Everything): Thing!  nodes: Node }
interface Node { id: ID! }
interface Named implements Node { id: ID!  name: String! }
type Thing implements Named & Node {
  id: ID!
  name: String!
  size: Float
  color: Color!
  parent: Thing
  children: [Thing!]
  mustChild: Thing!
  owner: Either
  echo(any: JSON): JSON
}
type Person implements Named & Node { id: ID!  name: String!  age: Int  things(first: Int = 10): [Thing!]!  friends: [Person] }
type Robot implements Node { id: ID!  model: String  maker: Person! }
union Either = Thing | Person | Robot
enum Color { RED GREEN BLUE @deprecated(reason: "sad") }
input Everything {
  must: Int!
  int: Int = 5
  float: Float
  string: String = "default"
  boolean: Boolean
  id: ID
  color: Color = RED
  any: JSON
  even: Even
  list: [Int]
  strict: [[Int!]!]
  inner: Everything
  choice: Choice
  choices: [Choice!]
}
input Choice @oneOf { int: Int  text: String  list: [Int!]  inner: Everything  color: Color }
scalar JSON
scalar Even
directive @onQuery on QUERY
`;

// Parley's own.
export const chat = readFileSync(new URL('../../../src/api/schema.graphql', import.meta.url), 'utf8');

// Only a query, and names that are keywords.
export const small = `
schema { query: Root }
type Root { type: String  query: Int  on(fragment: Int, true1: Boolean): Root  null1: Int  enum: input }
enum input { fragment query on1 }
`;
