"""ibm-cloud-sdk-core for Python, unmodified: IAMAuthenticator."""

import requests
from asked import refusal, run
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator


def signed(client):
    """A request as the client signs it."""
    request = {'headers': {}}
    client.authenticate(request)
    return request['headers']['Authorization']


def use(url, apikey, api):
    """Signs twice and calls the service with it."""
    client = IAMAuthenticator(apikey, url=url)
    first, second = signed(client), signed(client)
    answer = requests.get(api, headers={'Authorization': first}, timeout=10)
    manager = client.token_manager
    return {
        'same': first == second,
        'status': answer.status_code,
        'life': manager.expire_time - manager.refresh_time,
        'refresh_token': manager.refresh_token,
    }


def urls(urls, apikey):
    """Tries the forms in which people write the address."""
    return [signed(IAMAuthenticator(apikey, url=url))[:9] for url in urls]


def refresh_token(url, apikey, client_id, client_secret):
    client = IAMAuthenticator(apikey, url=url, client_id=client_id, client_secret=client_secret)
    signed(client)
    return client.token_manager.refresh_token


def refused(url, apikey):
    return refusal(lambda: signed(IAMAuthenticator(apikey, url=url)))


run(use, urls, refresh_token, refused)
