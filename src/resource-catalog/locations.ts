/** Where instances of the shipped services can be provisioned; Latchkey itself is wherever it runs, and only writes it down. */
export const LOCATIONS: readonly string[] = ['global', 'us-south', 'us-east', 'eu-de', 'eu-gb', 'jp-tok', 'au-syd'];
