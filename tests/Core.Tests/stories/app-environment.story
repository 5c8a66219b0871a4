# Variables are merged; all faults are told at once and then nothing is changed. A bare name removes the variable.
app

0s environment A=1
    refused, AppNotFound: App not found
1s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
2s environment A=1 B=2=3 C=
    training-app STOPPED, no package, no droplet, A=1 B=2=3 C=, sequence ids taken 0
3s environment A B=4
    training-app STOPPED, no package, no droplet, B=4 C=, sequence ids taken 0
4s environment VCAP_APPLICATION={} vmc_x=1 port=8080 D=1
    refused, Invalid: Environment variable 'VCAP_APPLICATION' cannot start with VCAP_, Environment variables cannot set PORT, Environment variable 'vmc_x' cannot start with VMC
