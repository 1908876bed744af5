using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Gcs;
using Google.Apis.Auth.OAuth2;

// SERVER PATH TEXT: writes the text to the object, by application default credentials, and prints what is then there.
await using var store = new GcsStore(new GcsStoreOptions { Endpoint = new Uri(args[0]), Credentials = await GoogleCredential.GetApplicationDefaultAsync(), Attempts = 1 });
var path = StoragePath.Parse(args[1]);
await store.WriteAsync(path, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(args[2])));
using var content = new StreamReader(await store.OpenReadAsync(path));
Console.WriteLine(await content.ReadToEndAsync());
