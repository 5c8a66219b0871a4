using System.Collections.Immutable;
using System.Globalization;

namespace Granary.Core.Builds;

/// <summary>
/// What runs in the container of a staging: Cloud Foundry's contract with buildpacks, whose words and exit statuses it keeps. Detect, where none was named;
/// supply, for all but the last; then supply and finalize of the last, or its compile; and its release.
/// </summary>
public static class StagingScript
{
    /// <summary>The exit statuses of Cloud Foundry's lifecycle.</summary>
    public const int DetectFailed = 222;

    public const int CompileFailed = 223;

    public const int ReleaseFailed = 224;

    private const int SupplyFailed = 225;

    /// <summary>In <see cref="StagingFolders.Result"/>: the index of the buildpack that knew the app.</summary>
    public const string ChosenFile = "chosen";

    /// <summary>What it called the app.</summary>
    public const string DetectedFile = "detected";

    /// <summary>What the last one's release wrote.</summary>
    public const string ReleaseFile = "release.yml";

    /// <summary>Bytes that are kept of what detect and release write, which are a few lines.</summary>
    private const int AnswerBytesMax = 65536;

    private static readonly string Text = string.Create(CultureInfo.InvariantCulture, $$"""
        set -u
        app={{StagingFolders.App}} deps={{StagingFolders.Dependencies}} profile={{StagingFolders.Profile}} cache={{StagingFolders.Cache}} result={{StagingFolders.Result}}
        mode=$1; shift
        names=("$@")
        last=$(( $# - 1 ))

        fail() { echo "$2" >&2; exit "$1"; }

        # The folder of a buildpack: its zip may have all in one folder. What is built in has none.
        folder() {
          local top={{StagingFolders.Buildpacks}}/$1 inner
          if [ -d "$top/bin" ]; then echo "$top"; return 0; fi
          inner=("$top"/*)
          if [ ${#inner[@]} = 1 ] && [ -d "${inner[0]}/bin" ]; then echo "${inner[0]}"; return 0; fi
          echo "malformed buildpack does not contain a /bin dir: ${names[$1]}" >&2
          return 1
        }

        is_built_in() { [ ! -d "{{StagingFolders.Buildpacks}}/$1" ]; }

        run() { "$@"; local status=$?; [ $status = 0 ] || echo "${1##*/} of the buildpack ended with exit status $status" >&2; return $status; }

        final=$last index=$last
        if [ "$mode" = detect ]; then
          final=
          for number in "${!names[@]}"; do
            root=$(folder "$number") || continue
            if [ ! -x "$root/bin/detect" ]; then
              echo "WARNING: buildpack script '/bin/detect' is not executable: ${names[number]}" >&2
            elif output=$("$root/bin/detect" "$app"); then
              final=$number index=0
              echo "$number" > "$result/{{ChosenFile}}"
              head -c {{AnswerBytesMax}} <<< "$output" > "$result/{{DetectedFile}}"
              break
            fi
          done
          [ -n "$final" ] || fail {{DetectFailed}} "None of the buildpacks detected a compatible application"
        else
          for (( number = 0; number < last; number++ )); do
            is_built_in $number && continue
            root=$(folder "$number") || fail {{SupplyFailed}} "Failed to run all supply scripts"
            [ -x "$root/bin/supply" ] || fail {{SupplyFailed}} "Error: one of the buildpacks chosen to supply dependencies does not support multi-buildpack apps"
          done
          for (( number = 0; number < last; number++ )); do
            is_built_in $number && continue
            root=$(folder "$number")
            echo "-----> Supplying with ${names[number]}"
            mkdir -p "$deps/$number" "$cache/$number"
            run "$root/bin/supply" "$app" "$cache/$number" "$deps" "$number" || fail {{SupplyFailed}} "Failed to run all supply scripts"
          done
        fi

        is_built_in "$final" && exit 0
        echo "-----> Staging with ${names[final]}"
        root=$(folder "$final") || fail {{CompileFailed}} "Failed to compile droplet"
        mkdir -p "$cache/final"
        if [ -e "$root/bin/finalize" ]; then
          mkdir -p "$deps/$index"
          if [ -e "$root/bin/supply" ]; then
            run "$root/bin/supply" "$app" "$cache/final" "$deps" "$index" || fail {{CompileFailed}} "Failed to compile droplet: Failed to run all supply scripts"
          fi
          run "$root/bin/finalize" "$app" "$cache/final" "$deps" "$index" "$profile" || fail {{CompileFailed}} "Failed to compile droplet: Failed to run finalize script"
        else
          [ "$last" = 0 ] || [ "$mode" = detect ] || echo "Warning: the last buildpack is not compatible with multi-buildpack apps and cannot make use of any dependencies supplied by the buildpacks specified before it" >&2
          run "$root/bin/compile" "$app" "$cache/final" || fail {{CompileFailed}} "Failed to compile droplet"
        fi

        if [ ! -e "$deps/$index/launch.yml" ]; then
          output=$(run "$root/bin/release" "$app") || fail {{ReleaseFailed}} "Failed to build droplet release"
          head -c {{AnswerBytesMax}} <<< "$output" > "$result/{{ReleaseFile}}"
        fi
        """);

    /// <summary>The argument vector.</summary>
    public static ImmutableArray<string> Command(StagingPlan plan) =>
        ["/bin/bash", "-c", Text.ReplaceLineEndings("\n"), "staging", plan.Detects ? "detect" : "named", .. plan.Buildpacks.Select(each => each.Name)];
}
