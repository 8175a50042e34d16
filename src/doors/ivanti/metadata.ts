/**
 * What the OData service is made of: nothing (OASIS OData CSDL XML 4.01). Clients take any answer that is not CSDL for a wrong address, so there is
 * one although no business object is served.
 */
export const METADATA = `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.01" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="Latchkey" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityContainer Name="Container"/>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
`;
