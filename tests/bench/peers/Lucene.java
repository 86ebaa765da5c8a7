import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.FSDirectory;

/** Builds and asks as worker.py does: Lucene K1 B LIMIT build|ask COLLECTION INDEX. */
public class Lucene {
  public static void main(String[] arguments) throws Exception {
    var bm25 = new BM25Similarity(Float.parseFloat(arguments[0]), Float.parseFloat(arguments[1]));
    int limit = Integer.parseInt(arguments[2]);
    Path collection = Path.of(arguments[4]);
    Path index = Path.of(arguments[5]);
    if (arguments[3].equals("build")) {
      long began = System.nanoTime();
      build(collection, index, bm25);
      System.out.println((System.nanoTime() - began) / 1e9);
    } else {
      ask(collection, index, bm25, limit);
    }
  }

  static void build(Path collection, Path index, BM25Similarity bm25) throws Exception {
    var body = new FieldType();
    body.setIndexOptions(IndexOptions.DOCS_AND_FREQS); // positions are for phrases, and none is asked
    body.setStored(true);
    body.freeze();
    var config = new IndexWriterConfig(new WhitespaceAnalyzer()).setSimilarity(bm25);
    try (var writer = new IndexWriter(FSDirectory.open(index), config);
        var lines = Files.newBufferedReader(collection.resolve("words.txt"))) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        var document = new Document();
        document.add(new Field("body", line, body));
        document.add(new StoredField("number", number++));
        writer.addDocument(document);
      }
      writer.commit();
    }
  }

  static void ask(Path collection, Path index, BM25Similarity bm25, int limit) throws Exception {
    var searcher = new IndexSearcher(DirectoryReader.open(FSDirectory.open(index)));
    searcher.setSimilarity(bm25);
    searcher.setQueryCache(null); // a question that is asked again has to be searched for again
    List<String[]> queries = new ArrayList<>();
    for (String line : Files.readAllLines(collection.resolve("queries.txt"))) {
      queries.add(line.split(" "));
    }
    System.out.println("ready");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] range = line.split(" ");
      var out = new StringBuilder();
      for (String[] words : queries.subList(Integer.parseInt(range[0]), Integer.parseInt(range[1]))) {
        long began = System.nanoTime();
        ScoreDoc[] found = best(searcher, words, limit);
        out.append(System.nanoTime() - began);
        for (ScoreDoc hit : found) {
          var stored = searcher.storedFields().document(hit.doc).getField("number");
          out.append(' ').append(stored.numericValue()).append(' ').append(hit.score);
        }
        out.append('\n');
      }
      System.out.print(out);
      System.out.flush();
    }
  }

  static ScoreDoc[] best(IndexSearcher searcher, String[] words, int limit) throws Exception {
    var query = new BooleanQuery.Builder();
    for (String word : words) {
      query.add(new TermQuery(new Term("body", word)), BooleanClause.Occur.SHOULD);
    }
    // Hits are counted up to `limit` only: the count is not asked for.
    return searcher.search(query.build(), new TopScoreDocCollectorManager(limit, null, limit)).scoreDocs;
  }
}
