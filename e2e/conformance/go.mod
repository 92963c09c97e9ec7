module tidegate.io/conformance

go 1.24.0

require (
	go.mongodb.org/atlas v0.38.0
	go.mongodb.org/atlas-sdk/v20250312008 v20250312008.0.0
)

require (
	github.com/google/go-querystring v1.1.0 // indirect
	github.com/mongodb-forks/digest v1.1.0 // indirect
	golang.org/x/oauth2 v0.31.0 // indirect
)
