// Package clients proves IBM's platform-services-go-sdk, unmodified, against a running service: keys, service IDs,
// policies of both versions, roles and access groups. LATCHKEY_URL and LATCHKEY_APIKEY say where it is and who asks.
package clients

import (
	"net/http"
	"os"
	"testing"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/iamaccessgroupsv2"
	"github.com/IBM/platform-services-go-sdk/iamidentityv1"
	"github.com/IBM/platform-services-go-sdk/iampolicymanagementv1"
)

const senderRole = "crn:v1:bluemix:public:logs::::serviceRole:Sender"

type clients struct {
	identity  *iamidentityv1.IamIdentityV1
	policies  *iampolicymanagementv1.IamPolicyManagementV1
	groups    *iamaccessgroupsv2.IamAccessGroupsV2
	url       string
	apikey    string
	accountID string
	iamID     string
}

func authenticatorOf(url, apikey string) core.Authenticator {
	return &core.IamAuthenticator{ApiKey: apikey, URL: url}
}

// givenClients makes the clients of the account's owner.
func givenClients(t *testing.T) clients {
	t.Helper()
	url, apikey := os.Getenv("LATCHKEY_URL"), os.Getenv("LATCHKEY_APIKEY")
	if url == "" || apikey == "" {
		t.Fatal("LATCHKEY_URL and LATCHKEY_APIKEY are not set: .ci/prove-go-client sets them")
	}
	authenticator := authenticatorOf(url, apikey)
	identity, err := iamidentityv1.NewIamIdentityV1(&iamidentityv1.IamIdentityV1Options{URL: url, Authenticator: authenticator})
	must(t, err)
	policies, err := iampolicymanagementv1.NewIamPolicyManagementV1(
		&iampolicymanagementv1.IamPolicyManagementV1Options{URL: url, Authenticator: authenticator})
	must(t, err)
	groups, err := iamaccessgroupsv2.NewIamAccessGroupsV2(
		&iamaccessgroupsv2.IamAccessGroupsV2Options{URL: url, Authenticator: authenticator})
	must(t, err)
	owner, _, err := identity.GetAPIKeysDetails(&iamidentityv1.GetAPIKeysDetailsOptions{IamAPIKey: &apikey})
	must(t, err)
	return clients{identity, policies, groups, url, apikey, *owner.AccountID, *owner.IamID}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expectStatus(t *testing.T, response *core.DetailedResponse, err error, status int) {
	t.Helper()
	if response == nil || response.StatusCode != status {
		t.Fatalf("expected status %d, got %v (%v)", status, response, err)
	}
}

func expectEqual[T comparable](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Fatalf("%s: expected %v, got %v", what, wanted, got)
	}
}

func TestKeysAreMadeChangedAndEnded(t *testing.T) {
	c := givenClients(t)

	key, response, err := c.identity.CreateAPIKey(&iamidentityv1.CreateAPIKeyOptions{
		Name: core.StringPtr("from go"), IamID: &c.iamID, AccountID: &c.accountID, Description: core.StringPtr("a key")})
	expectStatus(t, response, err, http.StatusCreated)
	changed, response, err := c.identity.UpdateAPIKey(&iamidentityv1.UpdateAPIKeyOptions{
		ID: key.ID, IfMatch: key.EntityTag, Name: core.StringPtr("renamed")})
	expectStatus(t, response, err, http.StatusOK)
	expectEqual(t, "name", *changed.Name, "renamed")
	expectEqual(t, "ETag", response.Headers.Get("ETag"), *changed.EntityTag)
	_, response, err = c.identity.UpdateAPIKey(&iamidentityv1.UpdateAPIKeyOptions{
		ID: key.ID, IfMatch: key.EntityTag, Name: core.StringPtr("too late")})
	expectStatus(t, response, err, http.StatusConflict)
	_, _, err = givenIdentityOf(t, c, *key.Apikey).ListAPIKeys(&iamidentityv1.ListAPIKeysOptions{AccountID: &c.accountID})
	must(t, err)
	response, err = c.identity.DeleteAPIKey(&iamidentityv1.DeleteAPIKeyOptions{ID: key.ID})
	expectStatus(t, response, err, http.StatusNoContent)
	_, response, err = c.identity.GetAPIKey(&iamidentityv1.GetAPIKeyOptions{ID: key.ID})
	expectStatus(t, response, err, http.StatusNotFound)
}

func givenIdentityOf(t *testing.T, c clients, apikey string) *iamidentityv1.IamIdentityV1 {
	t.Helper()
	identity, err := iamidentityv1.NewIamIdentityV1(
		&iamidentityv1.IamIdentityV1Options{URL: c.url, Authenticator: authenticatorOf(c.url, apikey)})
	must(t, err)
	return identity
}

func givenServiceID(t *testing.T, c clients, name string) *iamidentityv1.ServiceID {
	t.Helper()
	serviceID, response, err := c.identity.CreateServiceID(&iamidentityv1.CreateServiceIDOptions{
		AccountID: &c.accountID, Name: &name,
		Apikey: &iamidentityv1.APIKeyInsideCreateServiceIDRequest{Name: core.StringPtr("its key")}})
	expectStatus(t, response, err, http.StatusCreated)
	return serviceID
}

func TestServiceIDsAreFoundPageByPageAndDeleted(t *testing.T) {
	c := givenClients(t)
	made := map[string]bool{}
	for _, name := range []string{"go 1", "go 2", "go 3"} {
		made[*givenServiceID(t, c, name).ID] = true
	}

	found := 0
	asked := &iamidentityv1.ListServiceIdsOptions{AccountID: &c.accountID, Pagesize: core.Int64Ptr(2), Sort: core.StringPtr("name")}
	for {
		page, _, err := c.identity.ListServiceIds(asked)
		must(t, err)
		for _, serviceID := range page.Serviceids {
			if made[*serviceID.ID] {
				found++
			}
		}
		if page.Next == nil {
			break
		}
		asked.Pagetoken, err = core.GetQueryParam(page.Next, "pagetoken")
		must(t, err)
	}
	expectEqual(t, "service IDs", found, len(made))
	for id := range made {
		response, err := c.identity.DeleteServiceID(&iamidentityv1.DeleteServiceIDOptions{ID: &id})
		expectStatus(t, response, err, http.StatusNoContent)
	}
}

func v2Policy(c clients, iamID string) *iampolicymanagementv1.CreateV2PolicyOptions {
	equals := core.StringPtr("stringEquals")
	return &iampolicymanagementv1.CreateV2PolicyOptions{
		Type: core.StringPtr("access"),
		Control: &iampolicymanagementv1.Control{Grant: &iampolicymanagementv1.Grant{
			Roles: []iampolicymanagementv1.Roles{{RoleID: core.StringPtr(senderRole)}}}},
		Subject: &iampolicymanagementv1.V2PolicySubject{Attributes: []iampolicymanagementv1.V2PolicySubjectAttribute{
			{Key: core.StringPtr("iam_id"), Operator: equals, Value: iamID}}},
		Resource: &iampolicymanagementv1.V2PolicyResource{Attributes: []iampolicymanagementv1.V2PolicyResourceAttribute{
			{Key: core.StringPtr("accountId"), Operator: equals, Value: c.accountID},
			{Key: core.StringPtr("serviceName"), Operator: equals, Value: "logs"}}},
	}
}

func TestPoliciesOfBothVersionsAreMadeAndConflict(t *testing.T) {
	c := givenClients(t)
	iamID := *givenServiceID(t, c, "go policy").IamID

	made, response, err := c.policies.CreateV2Policy(v2Policy(c, iamID))
	expectStatus(t, response, err, http.StatusCreated)
	_, response, err = c.policies.CreateV2Policy(v2Policy(c, iamID))
	expectStatus(t, response, err, http.StatusConflict)
	read, response, err := c.policies.GetV2Policy(&iampolicymanagementv1.GetV2PolicyOptions{ID: made.ID})
	expectStatus(t, response, err, http.StatusOK)
	expectEqual(t, "state", *read.State, "active")
	old, response, err := c.policies.GetPolicy(&iampolicymanagementv1.GetPolicyOptions{PolicyID: made.ID})
	expectStatus(t, response, err, http.StatusOK)
	expectEqual(t, "role", *old.Roles[0].RoleID, senderRole)
	response, err = c.policies.DeletePolicy(&iampolicymanagementv1.DeletePolicyOptions{PolicyID: made.ID})
	expectStatus(t, response, err, http.StatusNoContent)
}

func TestCustomRolesAreMadeReplacedAndListed(t *testing.T) {
	c := givenClients(t)

	role, response, err := c.policies.CreateRole(&iampolicymanagementv1.CreateRoleOptions{
		DisplayName: core.StringPtr("From Go"), Name: core.StringPtr("FromGo"), AccountID: &c.accountID,
		ServiceName: core.StringPtr("logs"), Actions: []string{"logs.data-access.read"}})
	expectStatus(t, response, err, http.StatusCreated)
	replaced, response, err := c.policies.ReplaceRole(&iampolicymanagementv1.ReplaceRoleOptions{
		RoleID: role.ID, IfMatch: core.StringPtr(response.Headers.Get("ETag")), DisplayName: core.StringPtr("Changed"),
		Actions: []string{"logs.data-access.read", "logs.dashboard.read"}})
	expectStatus(t, response, err, http.StatusOK)
	listed, _, err := c.policies.ListRoles(&iampolicymanagementv1.ListRolesOptions{
		AccountID: &c.accountID, ServiceName: core.StringPtr("logs")})
	must(t, err)
	expectEqual(t, "custom roles", len(listed.CustomRoles), 1)
	expectEqual(t, "display name", *listed.CustomRoles[0].DisplayName, *replaced.DisplayName)
	response, err = c.policies.DeleteRole(&iampolicymanagementv1.DeleteRoleOptions{RoleID: role.ID})
	expectStatus(t, response, err, http.StatusNoContent)
}

func TestAccessGroupsHaveMembersAndRules(t *testing.T) {
	c := givenClients(t)

	group, response, err := c.groups.CreateAccessGroup(&iamaccessgroupsv2.CreateAccessGroupOptions{
		AccountID: &c.accountID, Name: core.StringPtr("From Go")})
	expectStatus(t, response, err, http.StatusCreated)
	_, response, err = c.groups.UpdateAccessGroup(&iamaccessgroupsv2.UpdateAccessGroupOptions{
		AccessGroupID: group.ID, IfMatch: core.StringPtr(response.Headers.Get("ETag")), Name: core.StringPtr("Renamed by Go")})
	expectStatus(t, response, err, http.StatusOK)
	members := []iamaccessgroupsv2.AddGroupMembersRequestMembersItem{}
	for _, iamID := range []string{"IBMid-GO1", "IBMid-GO2", "IBMid-GO3"} {
		members = append(members, iamaccessgroupsv2.AddGroupMembersRequestMembersItem{IamID: core.StringPtr(iamID), Type: core.StringPtr("user")})
	}
	_, response, err = c.groups.AddMembersToAccessGroup(&iamaccessgroupsv2.AddMembersToAccessGroupOptions{
		AccessGroupID: group.ID, Members: members})
	expectStatus(t, response, err, http.StatusMultiStatus)
	pager, err := c.groups.NewAccessGroupMembersPager(&iamaccessgroupsv2.ListAccessGroupMembersOptions{
		AccessGroupID: group.ID, Limit: core.Int64Ptr(2)})
	must(t, err)
	found, err := pager.GetAll()
	must(t, err)
	expectEqual(t, "members", len(found), len(members))
	response, err = c.groups.IsMemberOfAccessGroup(&iamaccessgroupsv2.IsMemberOfAccessGroupOptions{
		AccessGroupID: group.ID, IamID: core.StringPtr("IBMid-GO1")})
	expectStatus(t, response, err, http.StatusNoContent)
	_, response, err = c.groups.AddAccessGroupRule(&iamaccessgroupsv2.AddAccessGroupRuleOptions{
		AccessGroupID: group.ID, Expiration: core.Int64Ptr(12), RealmName: core.StringPtr("https://idp.example.test"),
		Conditions: []iamaccessgroupsv2.RuleConditions{
			{Claim: core.StringPtr("team"), Operator: core.StringPtr("EQUALS"), Value: core.StringPtr("1")}}})
	expectStatus(t, response, err, http.StatusCreated)
	response, err = c.groups.DeleteAccessGroup(&iamaccessgroupsv2.DeleteAccessGroupOptions{
		AccessGroupID: group.ID, Force: core.BoolPtr(true)})
	expectStatus(t, response, err, http.StatusNoContent)
}
