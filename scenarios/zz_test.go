package scenarios
import ("testing";"os";"encoding/json";"fmt")
func TestZZ(t *testing.T){ f:=os.Getenv("F"); b,_:=os.ReadFile(f); s,err:=Parse(f,b); if err!=nil{fmt.Println(err);return}; j,_:=json.MarshalIndent(s,""," "); if os.Getenv("J")!=""{fmt.Println(string(j))}; for _,w:=range s.Warnings{fmt.Println("W",w)}; for _,x:=range s.Script{fmt.Println(x.Text)}; for _,x:=range s.Expect{fmt.Println(x.Text)}}
